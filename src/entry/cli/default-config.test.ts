import { expect, it } from "vitest";
import { ConfigSchema } from "./config-schema.ts";
import { DEFAULT_CONFIG } from "./default-config.ts";

it("is what the schema makes of an empty file", () => {
  expect(DEFAULT_CONFIG).toEqual(ConfigSchema.parse({}));
});
