/**
 * Keeps one comment on a pull request up to date: edits its own if there is one, else writes it. Takes COMMENT_FILE,
 * COMMENT_NAME, COMMENT_LINK, PULL_REQUEST and what GitHub gives each step. A token that may not write comments, as in
 * a pull request from a fork, is a warning: the plan stands in the job's summary all the same.
 */
import { readFileSync } from "node:fs";

const { COMMENT_FILE, COMMENT_NAME = "moat", COMMENT_LINK = "", PULL_REQUEST, GITHUB_TOKEN } = process.env;
const { GITHUB_REPOSITORY, GITHUB_API_URL = "https://api.github.com" } = process.env;
/** What GitHub takes, in characters. */
const LONGEST = 65_536;
/** Pages of a hundred comments that are looked through. */
const PAGES = 30;

const marker = `<!-- moat-plan ${encodeURIComponent(COMMENT_NAME).replaceAll("-", "%2D")} -->`;

async function github(method, path, body) {
  const answer = await fetch(`${GITHUB_API_URL}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "content-type": "application/json",
      "x-github-api-version": "2022-11-28",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: answer.status, json: answer.ok ? await answer.json() : undefined };
}

const comments = `/repos/${GITHUB_REPOSITORY}/issues/${PULL_REQUEST}/comments`;

/** Anybody can write a marker: only a comment of whoever the token belongs to is ours. */
async function own() {
  const me = await github("GET", "/user");
  const login = me.json?.login ?? "github-actions[bot]";
  for (let page = 1; page <= PAGES; page += 1) {
    const { status, json } = await github("GET", `${comments}?per_page=100&page=${page}`);
    if (json === undefined) return { status };
    const found = json.find(({ user, body }) => user?.login === login && body?.startsWith(marker));
    if (found !== undefined) return { id: found.id };
    if (json.length < 100) break;
  }
  return {};
}

function bodyOf() {
  const link = /^https:\/\/\S+$/.test(COMMENT_LINK) ? `\n\n[The full plan](${COMMENT_LINK})` : "";
  const head = `${marker}\n`;
  return `${head}${readFileSync(COMMENT_FILE, "utf8")
    .trimEnd()
    .slice(0, LONGEST - head.length - link.length)}${link}`;
}

async function keep() {
  const body = bodyOf();
  const { id, status } = await own();
  if (status !== undefined) return status;
  const written =
    id === undefined
      ? await github("POST", comments, { body })
      : await github("PATCH", `/repos/${GITHUB_REPOSITORY}/issues/comments/${id}`, { body });
  return written.status;
}

const status = await keep();
if (status === 403 || status === 404)
  console.log(`::warning::The token may not comment here (${status}); give the job "pull-requests: write"`);
else if (status >= 300) {
  console.log(`::error::GitHub refused the comment with ${status}`);
  process.exitCode = 1;
}
