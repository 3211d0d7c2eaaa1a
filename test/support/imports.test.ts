import { describe, expect, it } from "vitest";
import { importsOf } from "./imports.ts";

describe("the reader of imports", () => {
  it.each([
    { code: 'import { a } from "./a.ts";', want: ["./a.ts"] },
    { code: 'import type { A } from "./a.ts";', want: ["./a.ts"] },
    { code: 'import a, { type B } from "a";', want: ["a"] },
    { code: 'import * as a from "node:fs";', want: ["node:fs"] },
    { code: 'import {\n  a,\n  b,\n} from "./a.ts";', want: ["./a.ts"] },
    { code: 'import "./a.ts";', want: ["./a.ts"] },
    { code: 'export { a } from "./a.ts";\nexport type * from "./b.ts";', want: ["./a.ts", "./b.ts"] },
    { code: 'const a = await import("./a.ts");', want: ["./a.ts"] },
    { code: "const a = await import(`./a.ts`);", want: ["./a.ts"] },
    { code: 'let a: import("./a.ts").A;', want: ["./a.ts"] },
    { code: 'const a = require("./a.ts");', want: ["./a.ts"] },
    { code: '// import { a } from "./a.ts";\n/* import("./b.ts") */', want: [] },
    { code: 'const url = "https://example.com"; import("./a.ts");', want: ["./a.ts"] },
    { code: 'export const a = "from";\nconst b = 1;', want: [] },
  ])("finds $want in $code", ({ code, want }) => {
    expect(importsOf(code)).toEqual({
      imports: want.map((s) => expect.objectContaining({ specifier: s })),
      unreadable: [],
    });
  });

  it.each(["import(name)", "import(`./$\u007bname}.ts`)", "createRequire(import.meta.url)"])(
    "says of %s that it cannot be read",
    (code) => {
      expect(importsOf(code).unreadable).toEqual([1]);
    },
  );

  it.each([
    { code: 'import type { A } from "./a.ts";', want: true },
    { code: 'export type { A } from "./a.ts";', want: true },
    { code: 'import { type A } from "./a.ts";', want: false },
    { code: 'import typeless from "./a.ts";', want: false },
  ])("knows whether $code is gone at run time", ({ code, want }) => {
    expect(importsOf(code).imports.map((i) => i.isTypeOnly)).toEqual([want]);
  });
});
