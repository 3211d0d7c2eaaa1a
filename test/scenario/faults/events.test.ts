import { describe, expect, it, vi } from "vitest";
import { SANDBOX_KEY } from "../../../src/sandbox/pce/index.ts";
import { known } from "../lab.ts";
import { WEB_ADDRESSES } from "./fault-lab.ts";
import { file, lambdaLab, opening, queueMessage } from "./lambda-lab.ts";
import { oldHandler, oldObjectKey } from "./old-lambda.ts";

describe("events", () => {
  it("works off every record of an event, not only the last", async () => {
    const world = lambdaLab();
    const [first = "", second = ""] = WEB_ADDRESSES;
    const Records = [
      world.put("one.log", file(opening(world.lab, first))),
      world.put("two.log", file(opening(world.lab, second))),
    ];
    await world.handle({ Records });
    expect(world.lab.pce.receivedFlows.map((f) => f.srcIp)).toEqual([first, second]);
    expect(oldObjectKey({ Records })).toMatch(/_two\.log\.gz$/);
  });

  it("makes one pass an event, and answers what came of it", async () => {
    const world = lambdaLab();
    const record = world.put("one.log", file(opening(world.lab, WEB_ADDRESSES[0] ?? "")));
    const answer = await world.handle({ Records: [queueMessage("m-1", record)] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(world.lab.writes().filter((w) => w.startsWith("Create"))).toHaveLength(1);
    expect(world.uploads()).toHaveLength(1);

    const update = vi.fn(async () => Promise.reject(new Error("InvalidPermission.Duplicate")));
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    expect(await oldHandler(update)).toEqual({ statusCode: "success" });
    expect(update).toHaveBeenCalledTimes(2);
    vi.restoreAllMocks();
  });

  it("lets a failure surface, so that the event comes again, and names only the message that failed", async () => {
    const world = lambdaLab();
    const good = world.put("good.log", file(opening(world.lab, WEB_ADDRESSES[0] ?? "")));
    const answer = await world.handle({
      Records: [queueMessage("good", good), { messageId: "bad", eventSource: "aws:sqs", body: "not JSON" }],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "bad" }] });
    expect(world.lab.pce.receivedFlows).toHaveLength(1);

    world.lab.pce.faults.add({ when: () => true, answer: { kind: "status", status: 500 } });
    await expect(world.handle({ Records: [good] })).rejects.toThrow();
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    expect(await oldHandler(() => world.handle({ Records: [good] }))).toEqual({ statusCode: "success" });
    vi.restoreAllMocks();
  });

  it("logs neither addresses of clients nor the secret", async () => {
    const world = lambdaLab();
    const source = WEB_ADDRESSES[0] ?? "";
    await world.handle({ Records: [world.put("one.log", file(opening(world.lab, source)))] });
    expect(world.logged()).toContain("ingested");
    expect(world.logged()).not.toContain(source);
    expect(world.logged()).not.toContain(SANDBOX_KEY.secret);
    // What the old functions printed: the flows, the policy, and the headers with the key in them.
    const [upload] = world.uploads();
    const oldPrints = JSON.stringify([upload?.body, [...(upload?.headers ?? [])]]);
    expect(oldPrints).toContain(source);
    expect(oldPrints).toContain("authorization");
  });

  it("follows a change of policy without any flow log, and asks nobody about a log without conversations", async () => {
    const world = lambdaLab();
    const { lab } = world;
    await lab.run();
    lab.settle();
    lab.pce.seed.workload({
      name: "web-9",
      labels: { role: "web", app: "orders", env: "prod", loc: "eu" },
      addresses: ["10.20.1.19"],
      managed: true,
    });
    await lab.run();
    expect(
      lab.sandbox.network.admits({
        source: "10.20.1.19",
        destination: known(lab.databases, "orders").interfaces()[0] ?? "",
        port: 3306,
      }).admitted,
    ).toBe(true);

    const before = lab.sandbox.calls.length;
    await world.handle({ Records: [world.put("empty.log", file("- - - - - - - - - -"))] });
    const asked = lab.sandbox.calls.slice(before).map((c) => c.call.operation);
    expect(asked).toEqual(["GetObject"]);
    expect(world.requests).toEqual([]);
  });
});
