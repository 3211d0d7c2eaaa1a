import { describe, expect, it } from "vitest";
import { file, lambdaLab, opening, queueMessage } from "./lambda-lab.ts";
import { oldFlows, oldHandler, oldUploadBody } from "./old-lambda.ts";

describe("upload", () => {
  it("sends a plain body that is what its headers say, without padding", async () => {
    const world = lambdaLab();
    const line = opening(world.lab, "10.20.1.11");
    await world.handle({ Records: [world.put("one.log", file(line))] });
    const [sent] = world.uploads();
    expect(sent?.headers.get("content-encoding")).toBeNull();
    expect(sent?.body).toMatch(/^10\.20\.1\.11,/);
    expect(world.lab.pce.receivedFlows.map((f) => f.srcIp)).toEqual(["10.20.1.11"]);
    // The old body made the first address one that no PCE knows.
    const [first = ""] = oldUploadBody(oldFlows(line)).split(",");
    expect(first).not.toBe("10.20.1.11");
  });

  it("sends each flow once, at most 1000 a call, and nothing when there is nothing", async () => {
    const world = lambdaLab();
    const sources = Array.from(
      { length: 1_500 },
      (_, i) => `10.20.${100 + Math.floor(i / 250)}.${1 + (i % 250)}`,
    );
    const lines = [...sources, ...sources].map((source, i) =>
      opening(world.lab, source, 40_000 + (i % 20_000)),
    );
    await world.handle({ Records: [world.put("many.log", file(...lines))] });
    expect(world.uploads().map((u) => u.body.split("\n").length)).toEqual([1_000, 500]);
    expect(oldUploadBody(oldFlows(lines.join("\n"))).split("\n")).toHaveLength(3_000);

    const refused = opening(world.lab, "10.20.1.11").replace("ACCEPT", "REJECT");
    await world.handle({ Records: [world.put("none.log", file(refused))] });
    expect(world.uploads()).toHaveLength(2);
    expect(oldUploadBody([])).toBe(" ");
  });

  it("sends nothing again when a message comes again, alone or beside others", async () => {
    const world = lambdaLab();
    const first = world.put("one.log", file(opening(world.lab, "10.20.1.11")));
    const second = world.put(
      "two.log",
      file(opening(world.lab, "10.20.1.12"), opening(world.lab, "10.20.1.11")),
    );
    await world.handle({ Records: [queueMessage("m-1", first)] });
    await world.handle({ Records: [queueMessage("m-2", first), queueMessage("m-3", second)] });
    await world.handle({ Records: [queueMessage("m-4", second, first)] });
    expect(world.lab.pce.receivedFlows.map((f) => f.srcIp)).toEqual(["10.20.1.11", "10.20.1.12"]);
    expect(world.logged()).toContain('"flows":{"sent":0,"received":0,"failed":0,"before":2}');
  });

  it("sends the rest when a message comes again that the PCE refused in the middle", async () => {
    const world = lambdaLab();
    const sources = Array.from(
      { length: 1_500 },
      (_, i) => `10.20.${100 + Math.floor(i / 250)}.${1 + (i % 250)}`,
    );
    const record = world.put("many.log", file(...sources.map((source) => opening(world.lab, source))));
    let uploads = 0;
    world.lab.pce.faults.add({
      when: ({ path }) => path.endsWith("/bulk_traffic_flows") && ++uploads === 2,
      answer: { kind: "status", status: 403 },
    });
    const message = { Records: [queueMessage("m-1", record)] };
    expect(await world.handle(message)).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
    expect(await world.handle(message)).toEqual({ batchItemFailures: [] });
    expect(world.lab.pce.receivedFlows.map((f) => f.srcIp).toSorted()).toEqual(sources.toSorted());
  });

  it("counts the flows that the PCE did not take, and says so", async () => {
    const uploadAnswer = { num_flows_received: 2, num_flows_failed: 1, failed_flows: ["10.20.1.13"] };
    const world = lambdaLab({ uploadAnswer });
    const lines = ["10.20.1.11", "10.20.1.13"].map((source) => opening(world.lab, source));
    const record = world.put("one.log", file(...lines));
    await world.handle({ Records: [queueMessage("m-1", record)] });
    expect(world.logged()).toContain('"received":1,"failed":1');
    expect(await oldHandler(async () => uploadAnswer)).toEqual({ statusCode: "success" });
  });
});
