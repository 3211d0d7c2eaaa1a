/** What a bundle leaves out or says in fewer words: nothing of it is ever run there, or it does the same. */
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Replaces or rewrites the modules whose paths match. */
const rewriting = (
  name: string,
  filter: RegExp,
  rewrite: (text: string) => string,
  loader?: "ts",
): Plugin => ({
  name,
  setup: ({ onLoad }) => {
    onLoad({ filter }, ({ path }) => ({
      contents: rewrite(readFileSync(path, "utf8")),
      ...(loader === undefined ? {} : { loader }),
    }));
  },
});

/** Messages of zod in fifty languages are a third of what would be loaded at start; ours are in English. */
const englishOnly = rewriting(
  "english-only",
  /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/,
  () => 'export { default as en } from "./en.js";',
);

/** Makes schemas of JSON Schemas, which no handler does. */
const noJsonSchemas = rewriting(
  "no-json-schemas",
  /[\\/]zod[\\/]v4[\\/]classic[\\/]from-json-schema\.js$/,
  () => 'export function fromJSONSchema() { throw new Error("left out of the bundle"); }',
);

/**
 * `z` of zod is one object that holds everything, so all of it stays. Imported as a namespace it is only a way of
 * naming, and what nobody names goes.
 */
const zodInParts = rewriting(
  "zod-in-parts",
  /[\\/]src[\\/](?:adapters|entry)[\\/].*\.ts$/,
  (text) => text.replace('import { z } from "zod";', 'import * as z from "zod";'),
  "ts",
);

/**
 * The SDK describes the shape of every operation in objects whose keys are computed from constants. A computed key may
 * have a side effect, so no bundler drops such an object, used or not. With the constants' values in their place the
 * unused ones go: of what the function for flow logs carries, a third.
 */
const onlyUsedShapes = rewriting(
  "only-used-shapes",
  /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/,
  withPlainKeys,
);

/** Replaces `[_name]:` by the text that the constant `_name` of the same module holds. */
function withPlainKeys(module: string): string {
  const constants = new Map([...module.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map((m) => [m[1], m[2]]));
  return module.replace(/\[(_\w+)\]:/g, (whole, name: string) => {
    const text = constants.get(name);
    return text === undefined ? whole : `${text}:`;
  });
}

const ERROR_CLASS =
  /^export class (\w+) extends __BaseException \{\n(?: {4}static shapeId = ("[^"]+");\n)? {4}name = "\1";\n {4}\$fault = ("\w+");\n((?: {4}(?:\w+|\$retryable = \{\});\n)*) {4}constructor\(opts\) \{\n {8}super\(\{\n {12}name: "\1",\n {12}\$fault: \3,\n {12}\.\.\.opts,\n {8}\}\);\n {8}Object\.setPrototypeOf\(this, \1\.prototype\);\n((?: {8}this\.\w+ = opts\.\w+;\n)*) {4}\}\n\}$/gm;

/** A class of the form that the SDK writes out for each error of each service: a tenth of all its code. */
const ERROR_MAKER = `const errorClass = (name, fault, fields, shapeId) => class extends __BaseException {
  static shapeId = shapeId;
  name = name;
  $fault = fault;
  constructor(opts) {
    super({ name, $fault: fault, ...opts });
    Object.setPrototypeOf(this, new.target.prototype);
    for (const field of fields) this[field] = opts[field];
  }
};
`;

/** Classes that differ in nothing but names are made by one function; one with anything more in it stays as it is. */
const errorsInShort = rewriting(
  "errors-in-short",
  /[\\/]dist-es[\\/](?:.*[\\/])?models[\\/]errors\.js$/,
  shortErrors,
);

/** Says error classes of a module of the SDK in short. Exported for its test. */
export function shortErrors(module: string): string {
  const short = module.replace(
    ERROR_CLASS,
    (whole, name: string, shapeId: string | undefined, fault: string, declared: string, assigned: string) => {
      const fields = [...assigned.matchAll(/this\.(\w+) = opts\.(\w+);/g)];
      const plain = !declared.includes("=") && fields.every(([, to, from]) => to === from);
      if (!plain) return whole;
      const names = JSON.stringify(fields.map(([, field]) => field));
      // Clients of some age name no shapes.
      const last = shapeId === undefined ? "" : `, ${shapeId}`;
      return `export const ${name} = /* @__PURE__ */ errorClass("${name}", ${fault}, ${names}${last});`;
    },
  );
  return short === module ? module : short.replace(/^export (?=class|const)/m, `${ERROR_MAKER}export `);
}

/**
 * In Lambda credentials stand in the environment; profiles, single sign-on and instance roles are ways of machines
 * that people use: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const credentialsOfLambda: Plugin = {
  name: "credentials-of-lambda",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/ }, () => ({
      contents: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";',
    }));
    onLoad({ filter: /[\\/]@aws-sdk[\\/]credential-providers[\\/]dist-es[\\/]index\.js$/ }, () => ({
      contents: 'export { fromTemporaryCredentials } from "./fromTemporaryCredentials.js";',
    }));
    // A second client of STS, of which the handlers have one already.
    onLoad({ filter: /[\\/]@aws-sdk[\\/]credential-providers[\\/]dist-es[\\/]loadSts\.js$/ }, () => ({
      contents: 'export { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";',
    }));
  },
};

/**
 * The SDK asks bowser which browser it runs in, which on Node it never does; X-Ray asks semver for the version of the
 * SDK's version 2, when it is told to patch that, which we do not.
 */
const neverAsked: Plugin = {
  name: "never-asked",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]node_modules[\\/]semver[\\/]index\.js$/ }, () => ({
      contents: "module.exports = {};",
    }));
    onLoad({ filter: /[\\/]bowser[\\/].*\.m?js$/ }, () => ({ contents: "export default {};" }));
  },
};

/** Those for every bundle, for esbuild. */
export const sharedPlugins: readonly Plugin[] = [
  englishOnly,
  noJsonSchemas,
  zodInParts,
  onlyUsedShapes,
  errorsInShort,
  neverAsked,
];

/** Those for a function in Lambda. */
export const bundlePlugins: readonly Plugin[] = [...sharedPlugins, credentialsOfLambda];

/** For the top of each file: bundled CommonJS packages call require for Node's own modules, which ES modules lack. */
export const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
