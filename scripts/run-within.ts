import { spawn } from "node:child_process";

/**
 * Runs a program in a folder, its output thrown away, and kills it with all that it started when it takes too long.
 *
 * @returns the exit code, or `tooSlow`
 */
export function runWithin(
  program: string,
  args: readonly string[],
  cwd: string,
  limitMs: number,
): Promise<number | "tooSlow"> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: "ignore", detached: true });
    let tooSlow = false;
    const timer = setTimeout(() => {
      tooSlow = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(timer);
      resolve(tooSlow ? "tooSlow" : (code ?? 1));
    });
  });
}
