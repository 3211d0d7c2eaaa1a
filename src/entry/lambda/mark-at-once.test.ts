import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

/** Kinds of collection that a process does while 400 MB of buffers pass, with a heap worth marking. */
function marksBesideTheWork(before: string): number {
  const script = `
    import { PerformanceObserver, constants } from "node:perf_hooks";
    ${before}
    let marks = 0;
    const isMark = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL;
    new PerformanceObserver((list) => { marks += list.getEntries().filter(isMark).length; }).observe({ entryTypes: ["gc"] });
    const heap = Array.from({ length: 400_000 }, (_, i) => ({ i }));
    for (let i = 0; i < 1_600; i += 1) {
      Buffer.allocUnsafeSlow(256 * 1024);
      if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.stdout.write(String(heap.length > 0 ? marks : -1));
  `;
  const args = ["--max-old-space-size=230", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  expect(stderr).toBe("");
  return Number(stdout);
}

it("marks nothing beside the work", () => {
  expect(marksBesideTheWork("")).toBeGreaterThan(0);
  const url = JSON.stringify(new URL("./mark-at-once.ts", import.meta.url).href);
  expect(marksBesideTheWork(`import { markAtOnce } from ${url}; markAtOnce();`)).toBe(0);
});
