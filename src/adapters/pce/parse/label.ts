import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Label } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { readShape } from "./shape.ts";

const PceLabel = z.object({ href: HrefText, key: z.string().min(1), value: z.string() });

/** Reads one label of `GET /orgs/N/labels`. */
export function parseLabel(json: unknown, path: string): Result<Label, Diagnostic> {
  const read = readShape(PceLabel, json, path);
  if (!read.ok) return read;
  const { href, key, value } = read.value;
  return ok({ href: canonicalHref(href), key, value });
}
