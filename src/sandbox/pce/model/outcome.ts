/** One entry of the error array that the PCE answers with. */
export interface PceError {
  readonly token: string;
  readonly message: string;
}

/** A refused request: HTTP status and the errors of the body. */
export interface Refusal {
  readonly status: number;
  readonly errors: readonly PceError[];
}

/** What a model function came to. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** A successful outcome. */
export const done = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** A refused outcome, 406 unless told otherwise: the PCE answers 406 to nearly every failed validation. */
export const refuse = (
  token: string,
  message: string,
  status = 406,
): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { status, errors: [{ token, message }] },
});

/** The refusal of an href that leads nowhere. */
export const notFound = (what: string): { readonly ok: false; readonly refusal: Refusal } =>
  refuse("not_found_error", `Not found: "${what}"`, 404);
