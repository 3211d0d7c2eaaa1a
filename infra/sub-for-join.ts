/**
 * A template whose joined texts are written as `Fn::Sub`, which says the same in fewer bytes and is easier to read:
 * `{"Fn::Join":["",["s3://",{"Ref":"State"},"/state"]]}` becomes `{"Fn::Sub":"s3://${State}/state"}`. A join with a
 * separator, or of anything but texts, `Ref` and `Fn::GetAtt`, stays.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
 */
export function subForJoin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(subForJoin);
  if (typeof value !== "object" || value === null) return value;
  const text = joinedText(value);
  if (text !== undefined) return { "Fn::Sub": text };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, subForJoin(inner)]));
}

function joinedText(value: object): string | undefined {
  if (!("Fn::Join" in value) || !Array.isArray(value["Fn::Join"])) return undefined;
  const [separator, parts] = value["Fn::Join"] as readonly unknown[];
  if (separator !== "" || !Array.isArray(parts)) return undefined;
  const texts = parts.map(partText);
  return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
}

function partText(part: unknown): string | undefined {
  // A text that looks like a variable is none: `${!` says so.
  if (typeof part === "string") return part.replaceAll("${", "${!");
  if (typeof part !== "object" || part === null) return undefined;
  if ("Ref" in part && typeof part.Ref === "string") return `\${${part.Ref}}`;
  if (!("Fn::GetAtt" in part) || !Array.isArray(part["Fn::GetAtt"])) return undefined;
  const [resource, attribute] = part["Fn::GetAtt"] as readonly unknown[];
  return typeof attribute === "string" ? `\${${String(resource)}.${attribute}}` : undefined;
}
