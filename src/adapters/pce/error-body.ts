import { z } from "zod";

const PceError = z.object({ token: z.string().nullish(), message: z.string().nullish() });
const PceErrors = z.array(PceError);

const LONGEST = 240;
const FIRST_FEW = 3;

/** Whether a body is a web page: of a proxy, a login, or a route that the PCE does not have. */
export function isHtml(text: string): boolean {
  return text.trimStart().startsWith("<");
}

/**
 * What the body of a refusal says, in one short line: the PCE's `[{token, message}]`, or a single such object, or
 * whatever else came.
 *
 * @returns text such as `name_must_be_unique: Name must be unique`, empty when the body is
 */
export function errorBodyText(text: string): string {
  if (isHtml(text)) return "an HTML page";
  const errors = pceErrors(text);
  const line = errors === undefined ? text : errors.slice(0, FIRST_FEW).map(errorLine).join("; ");
  return plainLine(line);
}

/** A text that others wrote, as one short line without control characters: it ends up on a terminal. */
export function plainLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

/** The tokens of a refusal, such as `label_key_and_value_must_be_unique`. */
export function errorTokens(text: string): readonly string[] {
  return (pceErrors(text) ?? []).flatMap((error) => error.token ?? []);
}

function pceErrors(text: string): z.infer<typeof PceErrors> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const read = PceErrors.safeParse(Array.isArray(json) ? json : [json]);
    return read.data;
  } catch {
    return undefined;
  }
}

function errorLine(error: z.infer<typeof PceError>): string {
  return [error.token, error.message].filter(Boolean).join(": ");
}
