import { expect, it } from "vitest";
import { browserCommand } from "./browser-command.ts";

it.each([
  { platform: "linux", env: { DISPLAY: ":0" }, want: "xdg-open map.html" },
  { platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" }, want: "xdg-open map.html" },
  { platform: "linux", env: {}, want: undefined },
  { platform: "darwin", env: {}, want: "open map.html" },
  { platform: "win32", env: {}, want: "explorer.exe map.html" },
  { platform: "linux", env: { BROWSER: "lynx" }, want: "lynx map.html" },
  { platform: "darwin", env: { CI: "true" }, want: undefined },
  { platform: "linux", env: { CI: "1", BROWSER: "lynx", DISPLAY: ":0" }, want: undefined },
  { platform: "darwin", env: { CI: "false" }, want: "open map.html" },
])("$platform with $env -> $want", ({ platform, env, want }) => {
  expect(browserCommand("map.html", { platform, env })?.join(" ")).toBe(want);
});
