import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutMap } from "../../src/core/map/layout-map.ts";
import type { MapData } from "../../src/core/map/map-data.ts";
import { type MapExport, mapExport } from "../../src/core/map/map-export.ts";
import { firstState, stateFromFragment } from "../../src/core/map/map-state.ts";
import { linkSentence, nodeNote } from "../../src/core/map/map-words.ts";
import { trafficMap } from "../../src/core/map/traffic-map.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

/** An hour of the sample company, and what an edited policy would make of it. */
describe("the map of the sample company", () => {
  let folder: string;
  let data: MapData;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "moat-map-golden-"));
    writeSampleFlowLogs(join(folder, "flows"));
    const { out } = await runCli(["map", "--aws", "sandbox", "--flows", join(folder, "flows"), "--json"]);
    data = JSON.parse(out) as MapData;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    { name: "grouped", fragment: "" },
    { name: "drilled", fragment: "consumers=role&databases=&open=c%253Ag%253Arole%253Dweb" },
    { name: "alone", fragment: "consumers=&databases=" },
  ])("$name: the same model and the same places", async ({ name, fragment }) => {
    const map = trafficMap(data, stateFromFragment(fragment, firstState(data)));
    const layout = layoutMap(map);
    const titles = new Map(layout.nodes.map(({ node }) => [node.id, node.title]));
    const lines = [
      `${layout.width} × ${layout.height}`,
      ...layout.nodes.map(
        ({ node, x, y, width, height }) =>
          `${node.side} ${x},${y} ${width}×${height} ${"  ".repeat(node.depth)}${node.title}: ${nodeNote(node)}`,
      ),
      ...layout.links.map(
        ({ link, path, width }) => `${path} ${width}\n  ${linkSentence(link, (id) => titles.get(id) ?? id)}`,
      ),
      JSON.stringify(map.totals),
    ];
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`map/${name}.txt`);
  });

  it.each(["csv", "svg", "mmd", "dot"] satisfies MapExport[])("the same %s", async (format) => {
    // Git knows text by its newlines, and CSV has others.
    const text = mapExport(data, firstState(data), format).replaceAll("\r\n", "\n");
    await expect(text).toMatchFileSnapshot(`map/map.${format}`);
  });

  it("saves by the end of the file's name, and refuses an end that it does not know", async () => {
    const sources = ["--aws", "sandbox", "--flows", join(folder, "flows")];
    const refused = await runCli(["map", ...sources, "--out", join(folder, "map.pdf")]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("does not end in a format");
    const saved = await runCli(["map", ...sources, "--out", join(folder, "map.dot")]);
    expect(saved).toMatchObject({ code: 0, out: `The map is in ${join(folder, "map.dot")}\n` });
  });
});
