/** A mistake that somebody could make in this project, as an exact edit of one source file. */
export interface Defect {
  /** Unique; in the words of what goes wrong. */
  readonly name: string;
  /** Below the root of the project. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Who made this mistake before, or what makes it easy to make. */
  readonly why: string;
  /** Files of tests that should notice, as `vitest run` takes them: any part of a path. */
  readonly tests: readonly string[];
}

/** The whole text of a file with the defect in it; an error when its place is not there, or not one. */
export function withDefect(text: string, defect: Defect): string {
  const at = text.indexOf(defect.find);
  if (at < 0) throw new Error(`"${defect.name}": ${defect.file} no longer holds the text to replace`);
  if (text.indexOf(defect.find, at + 1) >= 0)
    throw new Error(`"${defect.name}": ${defect.file} holds the text to replace more than once`);
  return text.slice(0, at) + defect.replace + text.slice(at + defect.find.length);
}
