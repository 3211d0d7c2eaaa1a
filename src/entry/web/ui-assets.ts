import { createHash } from "node:crypto";
import { join } from "node:path";

/** The page's code and style sheet, bundled. */
export interface UiAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * Bundles src/ui; there is no build step to remember. Takes a fraction of a second.
 *
 * @param page the file of src/ui that a page begins with
 */
export async function uiAssets(page: "main.tsx" | "review.tsx" = "main.tsx"): Promise<UiAssets> {
  // Where a page is made of assets that are bundled already, there is no bundler.
  const { build } = await import("esbuild");
  const built = await build({
    entryPoints: [join(import.meta.dirname, "../../ui", page)],
    outdir: "out",
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  const textOf = (end: string): string =>
    built.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { script: textOf(".js").trim(), style: textOf(".css").trim() };
}

const head = (title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title>`;

/** The page as the server sends it: script and style are files of their own. */
const served = (title: string, name: string): string =>
  `${head(title)}<link rel="icon" href="data:,"><link rel="stylesheet" href="/${name}.css"><script type="module" src="/${name}.js"></script></head>
<body><div id="app"></div></body></html>`;

export const SERVED_PAGE = served("Moat map", "app");

/** The review page of suggestions, likewise. */
export const SERVED_REVIEW = served("Moat suggestions", "review");

/**
 * A page as one file that needs nothing else. Script and style are named by their digests in its content security
 * policy, so that nothing that got into the data could run.
 */
export function singleFile({ script, style }: UiAssets, json: string, title = "Moat map"): string {
  const code = script.replaceAll("</script", "<\\/script");
  const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; script-src ${digest(code)}; style-src ${digest(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  return `${head(title)}<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${style}</style></head><body><div id="app"></div>
<script type="application/json" id="data">${json.replaceAll("<", "\\u003c")}</script>
<script type="module">${code}</script></body></html>
`;
}
