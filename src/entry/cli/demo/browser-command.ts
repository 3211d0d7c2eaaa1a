/** What a browser is started with, depending on the system it runs on. */
export interface Desktop {
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The command that opens a page for the person at this machine: program first, then its arguments.
 *
 * @returns `undefined` where nobody would see it: under CI, or on a Linux without a screen
 */
export function browserCommand(page: string, { platform, env }: Desktop): readonly string[] | undefined {
  if ((env.CI ?? "") !== "" && env.CI !== "false") return undefined;
  // A convention older than desktops, which xdg-open follows too: https://man.archlinux.org/man/xdg-open.1
  if ((env.BROWSER ?? "") !== "") return [env.BROWSER ?? "", page];
  if (platform === "darwin") return ["open", page];
  if (platform === "win32") return ["explorer.exe", page];
  const hasScreen = (env.DISPLAY ?? "") !== "" || (env.WAYLAND_DISPLAY ?? "") !== "";
  return hasScreen ? ["xdg-open", page] : undefined;
}
