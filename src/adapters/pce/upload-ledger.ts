import { z } from "zod";
import { flowKey, type UploadFlow } from "../../core/upload/upload-flow.ts";
import type { OpenChunk, UploadWindow } from "../../core/upload/upload-window.ts";
import { type UploadLedger, UploadLedgerFault } from "../../ports/upload-ledger.ts";
import type { VersionedTexts } from "../../ports/versioned-text.ts";
import { parsePceAddress } from "./pce-address.ts";

const Count = z.int().min(0);

/** Consumers, separated by blanks, by the provider, port and protocol that they opened: `10.0.9.20 3306 6`. */
const Flows = z.record(z.string().regex(/^\S+ \d+ \d+$/), z.string().min(1));

const Window = z.object({
  version: z.literal(1),
  told: Flows,
  sums: z.object({ sent: Count, received: Count, failed: Count, perhapsTwice: Count }),
  open: z.array(
    z.object({
      id: z.string(),
      state: z.enum(["sending", "unsure"]),
      at: z.number(),
      again: z.boolean(),
      flows: Flows,
    }),
  ),
  closed: z.object({ unsure: Count }).optional(),
});

/** A ledger of uploads in texts, one a window. A text that makes no sense is a fault: to forget it would send twice. */
export function uploadLedger(texts: VersionedTexts): UploadLedger {
  return {
    name: texts.name,
    list: () => texts.list(),
    read: async (window) => {
      const found = await texts.of(window).read();
      if (found === undefined) return undefined;
      return { window: parsed(found.text, `${texts.name}, ${window}`), version: found.version };
    },
    write: (window, next, over) => texts.of(window).write(textOf(next), over),
    remove: (window) => texts.remove(window),
  };
}

function textOf({ told, sums, open, closed }: UploadWindow): string {
  return JSON.stringify({
    version: 1,
    sums,
    ...(closed === undefined ? {} : { closed }),
    open: open.map(({ flows, ...rest }) => ({ ...rest, flows: grouped(flows) })),
    told: grouped(told),
  });
}

function grouped(flows: readonly UploadFlow[]): Readonly<Record<string, string>> {
  const groups = new Map<string, string[]>();
  for (const flow of flows) {
    const key = flowKey(flow).slice(flow.consumer.length + 1);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [flow.consumer]);
    else group.push(flow.consumer);
  }
  return Object.fromEntries([...groups].map(([key, consumers]) => [key, consumers.join(" ")]));
}

function flowsOf(groups: z.infer<typeof Flows>): readonly UploadFlow[] {
  return Object.entries(groups).flatMap(([key, consumers]) => {
    const [provider = "", port, protocol] = key.split(" ");
    return consumers
      .split(" ")
      .map((consumer) => ({ consumer, provider, port: Number(port), protocol: Number(protocol) }));
  });
}

function parsed(text: string, name: string): UploadWindow {
  const json = Window.safeParse(jsonOf(text));
  if (!json.success)
    throw new UploadLedgerFault(
      `The ledger of uploads cannot be understood (${name}): ${z.prettifyError(json.error)}`,
      "Restore it; or remove it, and the flows of that hour may be counted a second time",
    );
  const { told, sums, open, closed } = json.data;
  return {
    told: flowsOf(told),
    sums,
    open: open.map(({ flows, ...rest }): OpenChunk => ({ ...rest, flows: flowsOf(flows) })),
    ...(closed === undefined ? {} : { closed }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A name for the ledger of one organisation of one PCE, for a path: `pce.example.com-8443-1`. */
export function ledgerName(url: string, org = "1"): string {
  const address = parsePceAddress(url);
  return `${new URL(address.base).host.replaceAll(/[^\w.-]/g, "-")}-${address.org ?? org}`;
}
