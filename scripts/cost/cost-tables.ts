import { MEASURED, MEASURED_STATE } from "./measured.ts";
import { type MonthlyCost, monthlyCost } from "./monthly-cost.ts";
import { PRICES } from "./prices.ts";
import { billedMs, type MeasuredEstate, type MeasuredRun, n, type Usage, usageOf } from "./usage.ts";

const PARTS: readonly Usage["part"][] = [
  "flow logs",
  "ingest",
  "sweep",
  "reconcile",
  "heartbeat",
  "state",
  "watching",
  "secrets",
];

const usd = (amount: number): string =>
  amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [row(head), `|${line.join("|")}|`, ...rows.map(row)].join("\n");
}

/** Everything on the cost page that is computed, as Markdown: sums, what was measured, and each size's arithmetic. */
export function costTables(): string {
  const bills = MEASURED.map(({ databases, ...estate }) => ({
    databases,
    estate,
    bill: monthlyCost(databases, usageOf(databases, estate, MEASURED_STATE)),
  }));
  const sums = table(
    ["USD a month", ...bills.map(({ databases }) => `${n(databases)} databases`)],
    [
      ...PARTS.map((part) => [part, ...bills.map(({ bill }) => usd(sumOf(bill, part)))]),
      ["**together**", ...bills.map(({ bill }) => `**${usd(bill.usd)}**`)],
      ["**for each database**", ...bills.map(({ bill }) => `**${usd(bill.usdOfADatabase)}**`)],
      [
        "the same without the flow logs themselves",
        ...bills.map(({ bill, databases }) => usd((bill.usd - sumOf(bill, "flow logs")) / databases)),
      ],
    ],
  );
  const arithmetic = bills.map(
    ({ databases, bill }) => `### ${n(databases)} databases\n\n${arithmeticOf(bill)}`,
  );
  return [
    `## Sums\n\n${sums}`,
    `## Measured\n\n${measuredTable(bills)}\n\n${stateTable()}`,
    `## Prices\n\n${priceTable()}`,
    "## The arithmetic",
    ...arithmetic,
  ].join("\n\n");
}

const sumOf = ({ lines }: MonthlyCost, part: Usage["part"]): number =>
  lines.reduce((sum, line) => sum + (line.part === part ? line.usd : 0), 0);

function measuredTable(
  bills: readonly { readonly databases: number; readonly estate: MeasuredEstate }[],
): string {
  const measured = ({ memoryMb }: MeasuredEstate, name: string, run: MeasuredRun): readonly string[] => {
    const { ms, cpuMs, calls, logBytes, peakMiB } = run;
    return [name, ...[ms, cpuMs, calls, logBytes, peakMiB, billedMs(run, memoryMb)].map(n)];
  };
  const rows = bills.flatMap(({ databases, estate }) => [
    measured(estate, `sweep, ${n(databases)} databases`, estate.sweep),
    measured(estate, `ingest, ${n(databases)} databases`, estate.ingest),
    measured(estate, `the same within a minute, ${n(databases)} databases`, estate.ingestWarm),
    measured(estate, `reconcile, ${n(databases)} databases`, estate.reconcile),
  ]);
  const [first] = bills;
  if (first !== undefined) {
    const { heartbeat, sweep, reconcile } = first.estate.beat;
    rows.push(measured(first.estate, "heartbeat", heartbeat));
    rows.push(measured(first.estate, "sweep, told of a beat", sweep));
    rows.push(measured(first.estate, "reconcile, undoing a beat", reconcile));
  }
  return table(["one run of", "ms", "of them CPU", "calls", "bytes of log", "most MiB", "ms billed"], rows);
}

function stateTable(): string {
  const { change, wavesOfReconcile, wavesOfSweep, ledger } = MEASURED_STATE;
  const rows = [
    ["reconcile that changes something", change],
    ["reconcile, with waves", wavesOfReconcile],
    ["sweep, with waves", wavesOfSweep],
    ["ingest, with the ledger of uploads", ledger],
  ] as const;
  return table(
    ["on top, for a run of", "calls", "GET", "PUT and LIST", "bytes of log"],
    rows.map(([name, { calls, s3Get, s3Put, logBytes }]) => [
      name,
      ...[calls, s3Get, s3Put, logBytes].map(n),
    ]),
  );
}

const priceTable = (): string =>
  table(
    ["price", "USD", "for", "published at"],
    Object.entries(PRICES).map(([name, { usd: amount, per, unit, page }]) => [
      name,
      String(amount),
      per === 1 ? unit : `${n(per)} ${unit}`,
      page,
    ]),
  );

const arithmeticOf = ({ lines }: MonthlyCost): string =>
  table(
    ["part", "used", "comes from", "price", "USD"],
    lines.map(({ part, count, how, asked, usd: amount }) => [
      part,
      `${count < 100 ? count.toFixed(2) : n(count)} ${asked.unit}`,
      how,
      `${asked.usd} / ${n(asked.per)}`,
      usd(amount),
    ]),
  );
