/** One import of a file, in whatever form: static, re-export, type-only, dynamic, or a type query. */
export interface ImportOf {
  readonly specifier: string;
  readonly line: number;
  /** `import type …` or `export type …`: nothing is left of it at run time. */
  readonly isTypeOnly: boolean;
}

/** What a file imports, and what it imports in a way that cannot be read, such as `import(name)`. */
export interface Imports {
  readonly imports: readonly ImportOf[];
  readonly unreadable: readonly number[];
}

// TypeScript 7 has no stable parser for JavaScript programs to call. Text does here, because the formatter lays every
// import out alike: a statement starts its line, and its source is a plain string in double quotes.
const STATEMENT = /^(?:import|export)\b[^"'`;]*?\bfrom\s*"([^"\n]+)"/gm;
const BARE = /^import\s*"([^"\n]+)"/gm;
const CALL = /\b(?:import|require)\s*\(\s*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`$\n]+)`)\s*[,)]/g;
const UNREADABLE = /\bimport\s*\((?!\s*["'`])|\bimport\s*\(\s*`[^`]*\$|\bcreateRequire\b/g;

/** Reads the imports of one TypeScript file. Comments are no code: what they mention does not count. */
export function importsOf(source: string): Imports {
  const code = withoutComments(source);
  const lineOf = (index: number) => code.slice(0, index).split("\n").length;
  const imports = [STATEMENT, BARE, CALL].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({
      specifier: match[1] ?? match[2] ?? match[3] ?? "",
      line: lineOf(match.index),
      isTypeOnly: /^(?:import|export)\s+type\b/.test(match[0]),
    })),
  );
  return { imports, unreadable: [...code.matchAll(UNREADABLE)].map((match) => lineOf(match.index)) };
}

// Strings and templates come first in the pattern, so that a comment sign within one is left alone.
const STRING_OR_COMMENT =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The same text with each comment blanked out, line for line. */
export function withoutComments(source: string): string {
  return source.replace(STRING_OR_COMMENT, (part) =>
    part.startsWith("/") ? part.replace(/[^\n]/g, " ") : part,
  );
}
