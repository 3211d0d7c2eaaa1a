import { expect, it } from "vitest";
import { sqlText } from "./history-schema.ts";

it("keeps a quote inside the literal", () => expect(sqlText("a'b")).toBe("'a''b'"));
