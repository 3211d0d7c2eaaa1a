/** A place in a text source: 1-based line and column. */
export interface SourceSpan {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something a person must know, in three parts: `what` names the object and its value, `why` the rule behind it,
 * `fix` a step that can be copied. Sentence case, no full stop at the end.
 */
export interface Diagnostic {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly at?: SourceSpan;
}
