import type { CallContext } from "../context.ts";
import type { WireRequest, WireResponse } from "../http.ts";
import type { JsonObject, JsonValue } from "../json-protocol.ts";
import type { WireService } from "../service.ts";
import { escapeXml, renderXml, type XmlValue } from "../xml.ts";

const NUMBERS = new Set([
  "MaxNumberOfMessages",
  "VisibilityTimeout",
  "WaitTimeSeconds",
  "DelaySeconds",
  "MaxResults",
]);
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: "AttributeNames",
  MessageAttributeName: "MessageAttributeNames",
  MessageSystemAttributeName: "MessageSystemAttributeNames",
};
const MAPS: Readonly<Record<string, string>> = {
  Attribute: "Attributes",
  MessageAttribute: "MessageAttributes",
};

/** True for the query protocol that SQS spoke before 2023, and that older CLIs and SDKs still speak. */
export const isQueryRequest = (request: WireRequest): boolean =>
  (request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");

/** Answers a query request through the JSON service: one model, two protocols. */
export async function answerQuery(
  service: WireService,
  request: WireRequest,
  context: CallContext,
): Promise<WireResponse> {
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  const action = form.get("Action") ?? "";
  const headers = {
    ...request.headers,
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `AmazonSQS.${action}`,
  };
  const body = new TextEncoder().encode(JSON.stringify(jsonInput(form)));
  const answer = await service.handle({ ...request, headers, body }, context);
  const text = typeof answer.body === "string" ? answer.body : new TextDecoder().decode(answer.body);
  const json = text === "" ? {} : (JSON.parse(text) as JsonObject);
  const failed = answer.status >= 400;
  const xml = failed ? errorXml(json, answer, context.requestId) : resultXml(action, json, context.requestId);
  return {
    status: answer.status,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0"?>${xml}`,
  };
}

/** The members of a form, as the JSON protocol has them. */
function jsonInput(form: URLSearchParams): JsonObject {
  const input: Record<string, JsonValue> = {};
  const entries = new Map<string, URLSearchParams>();
  for (const [name, value] of form) {
    const [head = "", index = "", ...rest] = name.split(".");
    const list = LISTS[head];
    if (head.endsWith("BatchRequestEntry")) entry(entries, index).append(rest.join("."), value);
    else if (list !== undefined) input[list] = [...listOf(input[list]), value];
    else if (index === "") input[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  const all = { ...input, ...mapsOf(form) };
  return entries.size === 0 ? all : { ...all, Entries: [...entries.values()].map(jsonInput) };
}

const mapsOf = (form: URLSearchParams): JsonObject =>
  Object.fromEntries(
    Object.entries(MAPS).flatMap(([head, member]) => {
      const map = mapOf(form, head);
      return map === undefined ? [] : [[member, map]];
    }),
  );

const listOf = (value: JsonValue): readonly JsonValue[] => (Array.isArray(value) ? value : []);

function entry(entries: Map<string, URLSearchParams>, index: string): URLSearchParams {
  const known = entries.get(index) ?? new URLSearchParams();
  entries.set(index, known);
  return known;
}

/** `Attribute.1.Name=A&Attribute.1.Value=b`, or with `Value.StringValue` and `Value.DataType`, as an object. */
function mapOf(form: URLSearchParams, head: string): JsonObject | undefined {
  const map: Record<string, JsonValue> = {};
  for (let i = 1; form.has(`${head}.${i}.Name`); i += 1) {
    map[form.get(`${head}.${i}.Name`) ?? ""] = mapValue(form, `${head}.${i}.Value`);
  }
  return Object.keys(map).length > 0 ? map : undefined;
}

function mapValue(form: URLSearchParams, prefix: string): JsonValue {
  const DataType = form.get(`${prefix}.DataType`);
  return DataType === null ? form.get(prefix) : { DataType, StringValue: form.get(`${prefix}.StringValue`) };
}

const RESULT_ENTRIES: Readonly<Record<string, string>> = {
  SendMessageBatch: "SendMessageBatchResultEntry",
  DeleteMessageBatch: "DeleteMessageBatchResultEntry",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibilityBatchResultEntry",
};

function resultXml(action: string, json: JsonObject, requestId: string): string {
  const result = element(`${action}Result`, membersXml(action, json));
  return element(`${action}Response`, result + element("ResponseMetadata", element("RequestId", requestId)));
}

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

/** Names that lists and maps have in the query protocol, where each item stands for itself, without a list around it. */
function itemName(action: string, member: string): string | undefined {
  const names: Readonly<Record<string, string | undefined>> = {
    Messages: "Message",
    QueueUrls: "QueueUrl",
    Attributes: "Attribute",
    MessageAttributes: "MessageAttribute",
    Successful: RESULT_ENTRIES[action],
    Failed: "BatchResultErrorEntry",
  };
  return names[member];
}

function membersXml(action: string, json: JsonObject): string {
  return Object.entries(json)
    .map(([member, value]) => {
      const item = itemName(action, member);
      if (item === undefined) return renderXml({ [member]: value as XmlValue }, "member");
      return itemsOf(value)
        .map((each) =>
          element(item, typeof each === "string" ? escapeXml(each) : membersXml(action, each as JsonObject)),
        )
        .join("");
    })
    .join("");
}

/** Items of a list; a map as the pairs of name and value that it is in this protocol. */
const itemsOf = (value: JsonValue): readonly JsonValue[] =>
  Array.isArray(value)
    ? value
    : Object.entries(value as JsonObject).map(([Name, Value]) => ({ Name, Value }));

function errorXml(json: JsonObject, answer: WireResponse, requestId: string): string {
  const error = {
    Type: answer.status < 500 ? "Sender" : "Receiver",
    Code: codeOf(json, answer),
    Message: messageOf(json),
  };
  return renderXml({ ErrorResponse: { Error: error, RequestId: requestId } }, "member");
}

const messageOf = ({ message, Message }: JsonObject): string => String(message ?? Message ?? "");

/** The older protocol has codes of its own for some errors. */
const codeOf = (json: JsonObject, answer: WireResponse): string =>
  answer.headers["x-amzn-query-error"]?.split(";")[0] ??
  String(json.__type ?? "InternalError").replace(/^.*#/, "");
