import { expect, it } from "vitest";
import { firstState } from "./map-state.ts";
import { stateText } from "./state-words.ts";

const first = firstState({ labelKeys: ["app", "env", "role"] });

it("says on paper what the controls say on the screen", () => {
  expect(stateText(first, { newest: 1 })).toBe(
    "Shown: what the policy in force says; consumers by app, role, env; databases by app, env; seen between (UTC): All of the logs.",
  );
  const chosen = {
    ...first,
    view: "draft",
    consumersBy: [],
    search: " web ",
    says: ["potentially_blocked"],
    last: 3_600,
  } as const;
  expect(stateText({ ...chosen, happened: ["never"] }, { newest: 1 })).toBe(
    'Shown: what the draft says; consumers one by one; databases by app, env; only what matches "web"; only Potentially blocked; only never seen; seen between (UTC): Last hour.',
  );
});
