import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { shortErrors } from "./bundle-plugins.ts";

type ErrorClass = new (options: object) => Error & Readonly<Record<string, unknown>>;

const MODULES = ["client-rds", "client-organizations", "client-sqs", "client-cloudtrail", "client-s3"].map(
  (name) => join(import.meta.dirname, "../node_modules/@aws-sdk", name, "dist-es/models/errors.js"),
);

/** Runs a module that imports nothing but its base class. */
function classesOf(module: string): Readonly<Record<string, ErrorClass>> {
  const body = transformSync(module.replace(/^import .*$/gm, ""), { format: "cjs" }).code;
  class Base extends Error {
    constructor(options: object) {
      super();
      Object.assign(this, options);
    }
  }
  const holder = { exports: {} };
  new Function("module", "exports", "__BaseException", body)(holder, holder.exports, Base);
  return holder.exports;
}

describe("error classes of the SDK, said in short", () => {
  it.each(MODULES)("%s: are shorter and make the same errors", (path) => {
    const long = readFileSync(path, "utf8");
    const short = shortErrors(long);
    expect(short.length).toBeLessThan(long.length);
    const [before, after] = [classesOf(long), classesOf(short)];
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [name, Before] of Object.entries(before)) {
      const After = after[name];
      if (After === undefined) throw new Error(name);
      const options = { message: "text", Message: "Text", Reason: "why", Code: "1", $metadata: {} };
      const [one, other] = [new Before(options), new After(options)];
      expect({ ...other }).toEqual({ ...one });
      expect(other).toBeInstanceOf(After);
      expect(Reflect.get(After, "shapeId")).toBe(Reflect.get(Before, "shapeId"));
    }
  });

  it("leaves a class alone that does anything more", () => {
    const more = "export class A extends __BaseException {\n    $retryable = {};\n}";
    expect(shortErrors(more)).toBe(more);
  });
});
