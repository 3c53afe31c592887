/**
 * The market of a trading account without a scenario: facts of the Berkeley Function-Calling Leaderboard (Apache-2.0), as its
 * simulated API tells them.
 *
 * @module
 */
import { dict, type PyDict } from "../python/value.ts";

const columns = ["price", "percent_change", "volume", "MA(5)", "MA(20)"];

const quotes: readonly (readonly [symbol: string, ...values: readonly number[]])[] = [
  ["AAPL", 227.16, 0.17, 2.552, 227.11, 227.09],
  ["GOOG", 2840.34, 0.24, 1.123, 2835.67, 2842.15],
  ["TSLA", 667.92, -0.12, 1.654, 671.15, 668.2],
  ["MSFT", 310.23, 0.09, 3.234, 309.88, 310.11],
  ["NVDA", 220.34, 0.34, 1.234, 220.45, 220.67],
  ["ALPH", 1320.45, -0.08, 1.567, 1321.12, 1325.78],
  ["OMEG", 457.23, 0.12, 2.345, 456.78, 458.12],
  ["QUAS", 725.89, -0.03, 1.789, 726.45, 728.0],
  ["NEPT", 88.34, 0.19, 0.654, 88.21, 88.67],
  ["SYNX", 345.67, 0.11, 2.112, 345.34, 346.12],
  ["ZETA", 22.09, -0.05, 0.789, 22.12, 22.34],
];

/** The stocks. */
export const usualStocks: PyDict = new Map(
  quotes.map(([symbol, ...values]) => [symbol, new Map(columns.map((name, at) => [name, values[at] ?? 0]))]),
);

/** The orders. */
export const usualOrders: PyDict = new Map([
  [
    "12345",
    dict({ id: 12345n, order_type: "Buy", symbol: "AAPL", price: 210.65, amount: 10n, status: "Completed" }),
  ],
  [
    "12446",
    dict({ id: 12446n, order_type: "Sell", symbol: "GOOG", price: 2840.56, amount: 5n, status: "Pending" }),
  ],
]);

/** The account. */
export const usualAccount: PyDict = dict({
  account_id: 12345n,
  balance: 10_000,
  binding_card: 1974202140965533n,
});

/** Symbols by the name of a company. */
export const symbols: ReadonlyMap<string, string> = new Map([
  ["Apple", "AAPL"],
  ["Google", "GOOG"],
  ["Tesla", "TSLA"],
  ["Microsoft", "MSFT"],
  ["Nvidia", "NVDA"],
  ["Amazon", "AMZN"],
  ["Quasar Ltd.", "QUAS"],
  ["Neptune Systems", "NEPT"],
  ["Synex Solutions", "SYNX"],
  ["Zeta Corp", "ZETA"],
  ["Omega Industries", "OMEG"],
  ["Alpha Tech", "ALPH"],
]);

/** Symbols by sector. */
export const sectors: ReadonlyMap<string, readonly string[]> = new Map([
  ["Technology", ["AAPL", "GOOG", "MSFT", "NVDA"]],
  ["Automobile", ["TSLA", "F", "GM"]],
]);
