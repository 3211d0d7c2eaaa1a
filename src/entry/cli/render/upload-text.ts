import type { UploadFigures } from "../../../app/upload-figures.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import { formatUtc } from "../../../core/flow/utc-time.ts";
import type { UploadFlow } from "../../../core/upload/upload-flow.ts";
import { counted, grouped, shortTime } from "./quantity.ts";
import { table, wrap } from "./table.ts";

/** What was told to whom. */
export interface ToldUpload {
  readonly pce: string;
  readonly ledger: string;
  readonly objects: number;
  readonly figures: UploadFigures;
}

/** Flows in doubt that are named; the JSON names all. */
const NAMED = 20;

/** What became of the conversations: a line for each fate that there is. */
export function uploadText({ pce, ledger, objects, figures }: ToldUpload): string {
  const { sent, received, failed, unsure, perhapsTwice, before, elsewhere, inDoubt, closed } = figures;
  const fates: readonly (readonly [number, string])[] = [
    [received, "received by the PCE"],
    [failed, "failed: the PCE refuses them; they are not sent again"],
    [unsure, "unsure: no answer says whether they count; they are not sent again"],
    [perhapsTwice, "of those received were in doubt before, so the PCE may count them twice"],
    [before, "not sent: the PCE was told before"],
    [elsewhere, "not sent: another run is at it"],
    [inDoubt, "not sent: they were before, and nobody knows whether they count"],
    [closed, "not sent: too old to know whether they were before"],
  ];
  return [
    wrap(`Sent ${counted(sent, "conversation")} of ${counted(objects, "flow-log object")} to ${pce}`, ""),
    table(
      fates.filter(([count], i) => count > 0 || i < 2).map(([count, is]) => [grouped(count), is]),
      "  ",
    ),
    wrap(`Remembered in ${ledger}`, ""),
    ...doubtLines(figures),
  ].join("\n");
}

function doubtLines({ doubts }: UploadFigures): readonly string[] {
  if (doubts.length === 0) return [];
  const flows = doubts.flatMap((doubt) => doubt.flows.map((flow) => ({ ...doubt, flow })));
  const rows = flows
    .slice(0, NAMED)
    .map(({ window, at, flow }) => [
      shortTime(`${window}:00`),
      shortTime(formatUtc(Math.floor(at / 1000))),
      flowText(flow),
    ]);
  const more =
    flows.length > NAMED ? [`  … and ${grouped(flows.length - NAMED)} more (--json names all)`] : [];
  return [
    "",
    "In doubt. The PCE counts them or not; --resend-unsure sends them once more.",
    table([["SEEN", "SENT", "CONVERSATION"], ...rows], "  "),
    ...more,
  ];
}

const flowText = ({ consumer, provider, port, protocol }: UploadFlow): string =>
  `${consumer} > ${provider} ${port}/${protocol === 6 ? "tcp" : protocol === 17 ? "udp" : protocol}`;

/** The same for programs. */
export function uploadDocument(
  { pce, ledger, objects, figures: { doubts, ...counts } }: ToldUpload,
  findings: readonly Diagnostic[],
): object {
  return {
    version: 1,
    kind: "upload",
    pce,
    ledger,
    objects,
    ...counts,
    doubts: doubts.map(({ window, at, flows }) => ({
      window,
      sentAt: formatUtc(Math.floor(at / 1000)),
      conversations: flows,
    })),
    findings,
  };
}
