import { describe, expect, it } from "vitest";
import { tokensOf } from "./acknowledged.ts";

describe("the file of acknowledgements", () => {
  it.each([
    { text: "", want: [] },
    { text: "# nothing yet\n", want: [] },
    { text: "losesAccess:orders:1f2e3d4c", want: ["losesAccess:orders:1f2e3d4c"] },
    {
      text: "losesAccess:orders:1f2e3d4c  # the batch host is gone, says Kim\r\n\n shrink:ledger:00aa11bb x:y:z\n",
      want: ["losesAccess:orders:1f2e3d4c", "shrink:ledger:00aa11bb", "x:y:z"],
    },
  ])("$text", ({ text, want }) => expect(tokensOf(text)).toEqual(want));
});
