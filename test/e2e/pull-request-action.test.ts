import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { run } from "../../scripts/run.ts";
import { runCli } from "../support/run-cli.ts";

const ACTION = join(import.meta.dirname, "../../action");
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moat-action-"));
  await runCli(["snapshot", join(folder, "snap shot"), "--aws", "sandbox"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs plan.sh as a runner does. @returns its outputs */
function plan(inputs: Readonly<Record<string, string>>) {
  const output = join(folder, "output");
  const summary = join(folder, "summary.md");
  for (const file of [output, summary]) writeFileSync(file, "");
  const done = spawnSync(join(ACTION, "plan.sh"), {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GITHUB_ACTION_PATH: ACTION,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: folder,
      INPUT_AWS: join(folder, "snap shot/aws"),
      INPUT_POLICY: join(folder, "snap shot/pce"),
      ...inputs,
    },
  });
  expect(done.status, done.stderr).toBe(0);
  const outputs = Object.fromEntries(
    readFileSync(output, "utf8")
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return { ...outputs, summary: readFileSync(summary, "utf8") } as Readonly<Record<string, string>>;
}

describe("plan.sh", () => {
  it("makes the comment, the summary and the whole plan", () => {
    const { code, comment = "", plan: path = "", summary } = plan({});
    expect(code).toBe("2");
    expect(readFileSync(comment, "utf8")).toMatch(/^### Moat plan: 2 to change/);
    expect(summary).toBe(readFileSync(comment, "utf8"));
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 1, kind: "plan" });
  });

  it("tries the tests, and reads flow logs from paths with blanks", () => {
    mkdirSync(join(folder, "flow logs"), { recursive: true });
    writeFileSync(join(folder, "flow logs/a b.log"), "version srcaddr dstaddr\n");
    writeFileSync(join(folder, "moat-tests.yaml"), "tests: [{ from: role=web, must_not_reach: orders }]\n");
    const { code, summary } = plan({ INPUT_FLOWS: "\nflow logs\n", INPUT_TESTS: "moat-tests.yaml" });
    rmSync(join(folder, "moat-tests.yaml"));
    expect(code).toBe("4");
    expect(summary).toContain("#### Policy tests that fail");
  });

  it("takes an input for a value, never for a command or an option", () => {
    const { code, summary, plan: path } = plan({ INPUT_POLICY: "$(touch hacked); --help `id`" });
    expect(code).toBe("1");
    expect(path).toBeUndefined();
    expect(summary).toMatch(/^### Moat plan: no plan could be made\n\n {4}/);
    expect(() => readFileSync(join(folder, "hacked"))).toThrow();
  });
});

it.each([
  { code: "0", failOn: "changes refused tests", want: 0 },
  { code: "1", failOn: "", want: 1 },
  { code: "2", failOn: "tests", want: 0 },
  { code: "2", failOn: "changes", want: 1 },
  { code: "3", failOn: "tests", want: 0 },
  { code: "3", failOn: "tests refused", want: 1 },
  { code: "4", failOn: "tests", want: 1 },
  { code: "4", failOn: "", want: 0 },
  { code: "127", failOn: "", want: 1 },
  { code: "", failOn: "", want: 1 },
  { code: "0", failOn: "tets", want: 1 },
])("a plan that ended with $code ends the job with $want, on '$failOn'", ({ code, failOn, want }) => {
  const env = { PATH: process.env.PATH, CODE: code, FAIL_ON: failOn };
  expect(spawnSync(join(ACTION, "verdict.sh"), { env }).status).toBe(want);
});

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  body: string;
}

describe("comment.mjs", () => {
  let server: Server;
  let comments: Comment[];
  let asked: string[];
  let refuse: number | undefined;

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const { method = "", url = "" } = request;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      asked.push(`${method} ${url}`);
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (url === "/user") return answer(403, {});
      if (refuse !== undefined) return answer(refuse, {});
      if (method === "GET") {
        const page = Number(new URL(url, "http://x").searchParams.get("page"));
        return answer(200, comments.slice((page - 1) * 100, page * 100));
      }
      const { body } = JSON.parse(text) as { body: string };
      const id = Number(url.split("/").at(-1));
      const known = comments.find((each) => each.id === id);
      if (method === "PATCH" && known !== undefined) known.body = body;
      else comments.push({ id: comments.length + 1, user: { login: "github-actions[bot]" }, body });
      return answer(method === "POST" ? 201 : 200, {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(folder, "comment.md"), "### Moat plan: 1 to change\n");
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    comments = [];
    asked = [];
    refuse = undefined;
  });

  const post = (more: NodeJS.ProcessEnv = {}) =>
    run("node", [join(ACTION, "comment.mjs")], {
      env: {
        PATH: process.env.PATH,
        COMMENT_FILE: join(folder, "comment.md"),
        COMMENT_NAME: "production",
        COMMENT_LINK: "https://github.com/o/r/actions/runs/1/artifacts/2",
        PULL_REQUEST: "7",
        GITHUB_REPOSITORY: "o/r",
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_TOKEN: "t",
        ...more,
      },
    });

  it("writes one comment and edits it from then on, past two pages of others", async () => {
    comments = Array.from({ length: 150 }, (_, i) => ({ id: i + 1, user: { login: "alex" }, body: "hello" }));
    expect((await post()).code).toBe(0);
    expect(comments).toHaveLength(151);
    expect(comments.at(-1)?.body).toBe(
      "<!-- moat-plan production -->\n### Moat plan: 1 to change\n\n[The full plan](https://github.com/o/r/actions/runs/1/artifacts/2)",
    );
    writeFileSync(join(folder, "again.md"), "### Moat plan: 0 to change\n");
    expect((await post({ COMMENT_FILE: join(folder, "again.md") })).code).toBe(0);
    expect(comments).toHaveLength(151);
    expect(comments.at(-1)?.body).toContain("0 to change");
    expect(asked.at(-1)).toBe("PATCH /repos/o/r/issues/comments/151");
  });

  it("keeps a comment for each name, and never edits one that somebody else wrote with its marker", async () => {
    comments = [{ id: 1, user: { login: "mallory" }, body: "<!-- moat-plan production -->\n" }];
    await post();
    await post({ COMMENT_NAME: "staging --> <b>" });
    await post();
    expect(comments.map(({ body }) => body.split("\n")[0])).toEqual([
      "<!-- moat-plan production -->",
      "<!-- moat-plan production -->",
      "<!-- moat-plan staging%20%2D%2D%3E%20%3Cb%3E -->",
    ]);
    expect(comments[0]?.body).toBe("<!-- moat-plan production -->\n");
  });

  it("never sends more than GitHub takes", async () => {
    writeFileSync(join(folder, "long.md"), "x".repeat(100_000));
    await post({ COMMENT_FILE: join(folder, "long.md") });
    expect(comments[0]?.body).toHaveLength(65_536);
    expect(comments[0]?.body).toMatch(/artifacts\/2\)$/);
  });

  it("warns where the token may not write, and fails where GitHub does", async () => {
    refuse = 403;
    expect(await post()).toMatchObject({ code: 0, output: expect.stringContaining("::warning::") });
    refuse = 422;
    expect(await post()).toMatchObject({ code: 1, output: expect.stringContaining("::error::") });
  });
});

it("hands every input over as a variable, and pastes none into a script", () => {
  const { inputs, runs } = parse(readFileSync(join(ACTION, "action.yml"), "utf8")) as {
    inputs: object;
    runs: { steps: { run?: string; env?: Record<string, string> }[] };
  };
  const used = runs.steps.flatMap((step) => JSON.stringify(step).match(/(?<=inputs\.)[a-z-]+/g) ?? []);
  expect(new Set(used)).toEqual(new Set(Object.keys(inputs)));
  expect(runs.steps.filter(({ run = "" }) => run.includes("${{"))).toEqual([]);
});
