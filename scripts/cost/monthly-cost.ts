import { PRICES, type Price } from "./prices.ts";
import type { Usage } from "./usage.ts";

/** One line of the bill. */
export interface CostLine extends Usage {
  readonly usd: number;
  readonly asked: Price;
}

/** A month's bill. */
export interface MonthlyCost {
  readonly lines: readonly CostLine[];
  readonly usd: number;
  readonly usdOfADatabase: number;
}

/** What a month's usage costs, in USD. Nothing is rounded. */
export function monthlyCost(databases: number, usage: readonly Usage[]): MonthlyCost {
  const lines = usage.map((used) => {
    const asked = PRICES[used.price];
    return { ...used, asked, usd: (used.count / asked.per) * asked.usd };
  });
  const usd = lines.reduce((sum, line) => sum + line.usd, 0);
  return { lines, usd, usdOfADatabase: usd / databases };
}
