import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/support/run-cli.ts";

describe("a command line that cannot be understood", () => {
  it.each([
    { line: "staus", what: 'Unknown command "staus"', fix: 'Did you mean "status"? See moat --help' },
    {
      line: "plan --pollicy x",
      what: 'Unknown option "--pollicy"',
      fix: 'Did you mean "--policy"? See moat plan --help',
    },
    { line: "plan extra", what: 'Too many arguments for "plan"', fix: "See moat plan --help" },
    { line: "rollback", what: 'Missing required argument "database"', fix: "See moat rollback --help" },
    {
      line: "history quary",
      what: 'Unknown command "quary"',
      fix: 'Did you mean "query"? See moat history --help',
    },
    { line: "history compact --bad", what: 'Unknown option "--bad"', fix: "See moat history compact --help" },
    {
      line: "audit verify a b",
      what: 'Too many arguments for "verify"',
      fix: "See moat audit verify --help",
    },
    { line: "mode on orders", what: 'Command-argument value "on" is invalid', fix: "See moat mode --help" },
    {
      line: "sandbox --port x",
      what: 'Option "--port <port>" argument "x" is invalid',
      fix: "See moat sandbox --help",
    },
  ])("moat $line", async ({ line, what, fix }) => {
    const { code, out, err } = await runCli(line.split(" "));
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain(`✗ ${what}`);
    expect(err).toContain(`    fix:  ${fix}\n`);
    expect(err).toContain("    why:  ");
  });

  it("is none when help or the version is asked for", async () => {
    expect(await runCli(["--version"])).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: "",
    });
    expect(await runCli(["plan", "--help"])).toMatchObject({ code: 0, err: "" });
  });
});
