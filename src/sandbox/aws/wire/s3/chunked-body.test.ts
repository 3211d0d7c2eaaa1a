import { expect, it } from "vitest";
import { decodeChunkedBody } from "./chunked-body.ts";

const decode = (text: string) => {
  const { bytes, trailers } = decodeChunkedBody(Buffer.from(text));
  return { text: Buffer.from(bytes).toString(), trailers };
};

it.each([
  { body: "3\r\nabc\r\n0\r\n\r\n", text: "abc", trailers: {} },
  {
    body: "3;chunk-signature=f00\r\nabc\r\nA\r\n0123456789\r\n0;chunk-signature=f00\r\n\r\n",
    text: "abc0123456789",
    trailers: {},
  },
  {
    body: "2\r\n\r\n\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n",
    text: "\r\n",
    trailers: { "x-amz-checksum-crc32": "AAAAAA==" },
  },
  {
    body: "0\r\nX-Amz-Checksum-CRC32:AAAAAA==\r\n\r\n",
    text: "",
    trailers: { "x-amz-checksum-crc32": "AAAAAA==" },
  },
])("decodes $body", ({ body, text, trailers }) => {
  expect(decode(body)).toEqual({ text, trailers });
});

it.each(["", "5\r\nabc", "zz\r\nabc\r\n", "3\r\nabc\r\n"])("refuses %j", (body) => {
  expect(() => decode(body)).toThrow(/number of bytes/);
});
