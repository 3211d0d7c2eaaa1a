import { describe, expect, it } from "vitest";
import { parsePceAddress } from "./pce-address.ts";

const base = "https://pce.example.com:8443/api/v2";

describe("parsePceAddress", () => {
  it.each([
    ["https://pce.example.com:8443", { base }],
    ["pce.example.com:8443", { base }],
    [" https://pce.example.com:8443/ ", { base }],
    ["https://pce.example.com:8443/api/v2/", { base }],
    [
      "https://pce.example.com:8443/api/v2/orgs/12345678901234567/labels?x=1",
      { base, org: "12345678901234567" },
    ],
    ["https://pce.example.com:8443/#/rulesets", { base }],
    ["https://pce.example.com:443", { base: "https://pce.example.com/api/v2" }],
    ["http://127.0.0.1:40001", { base: "http://127.0.0.1:40001/api/v2" }],
    ["http://localhost:40001", { base: "http://localhost:40001/api/v2" }],
    ["http://[::1]:40001", { base: "http://[::1]:40001/api/v2" }],
  ])("%s", (text, want) => expect(parsePceAddress(text)).toEqual(want));

  it.each([
    ["http://pce.example.com", "is plain HTTP"],
    ["ftp://pce.example.com", "is not the address of a PCE"],
    ["https://", "is not the address of a PCE"],
    ["", "is not the address of a PCE"],
    ["https://api_1:s3cr3t@pce.example.com", "holds credentials"],
    ["ftp://api_1:s3cr3t@pce.example.com", "is not the address of a PCE"],
  ])("%s: %s", (text, message) => {
    expect(() => parsePceAddress(text)).toThrow(message);
    expect(() => parsePceAddress(text)).not.toThrow("s3cr3t");
  });
});
