import { existsSync } from "node:fs";

/** Debian's Chromium, where it is installed. */
export function findChromium(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
}
