import { asKey, asText, itemAt } from "../arguments.ts";
import { asDict, at, failure, get, getDict, getList, itemsOf, loaded } from "../attributes.ts";
import { draw, withGenerator } from "../drawing.ts";
import { add, compare, float, subtract } from "../python/arithmetic.ts";
import { formatTime, parseTime } from "../python/date.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { fixed } from "../python/fixed.ts";
import { repr, str } from "../python/text.ts";
import { dict, isDict, type PyDict, type PyValue, truthy } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";
import { sectors, symbols, usualAccount, usualOrders, usualStocks } from "./market.ts";

/** The seed of the times of transactions. */
const seed = 1053520;

/** The present, which does not pass: a pure reducer has no clock. */
const now = Date.UTC(2024, 8, 1, 10, 30);

/** An account with orders, a watch list and transactions. */
export const tradingBot: Simulator = {
  name: "TradingBot",
  methods: new Map([
    ["add_to_watchlist", method(["stock"], addToWatchlist)],
    ["cancel_order", method(["order_id"], cancelOrder)],
    ["filter_stocks_by_price", method(["stocks", "min_price", "max_price"], filterByPrice)],
    ["fund_account", method(["amount"], whenLoggedIn("fund the account", fund))],
    [
      "get_account_info",
      method([], whenLoggedIn("view account information", (self) => new Map(getDict(self, "account_info")))),
    ],
    [
      "get_available_stocks",
      method(["sector"], (_self, [sector = null]) => {
        const key = asKey(sector);
        return dict({ stock_list: typeof key === "string" ? [...sectors.get(key) ?? []] : [] });
      }),
    ],
    ["get_current_time", method([], () => dict({ current_time: "10:30 AM" }))],
    ["get_order_details", method(["order_id"], orderDetails)],
    ["get_order_history", method([], orderHistory)],
    ["get_stock_info", method(["symbol"], stockInfo)],
    [
      "get_symbol_by_name",
      method(["name"], (_self, [name = null]) => {
        const key = asKey(name);
        return dict({
          symbol: (typeof key === "string" ? symbols.get(key) : undefined) ?? "Stock not found",
        });
      }),
    ],
    ["get_transaction_history", method([["start_date", null], ["end_date", null]], transactionHistory)],
    ["get_watchlist", method([], watchlist)],
    ["notify_price_change", method(["stocks", "threshold"], notifyPriceChange)],
    [
      "place_order",
      method(["order_type", "symbol", "price", "amount"], whenLoggedIn("place an order", placeOrder)),
    ],
    [
      "remove_stock_from_watchlist",
      method(["symbol"], whenLoggedIn("modify the watchlist", removeFromWatchlist)),
    ],
    ["trading_get_login_status", method([], (self) => dict({ status: truthy(isLoggedIn(self)) }))],
    ["trading_login", method(["username", "password"], login)],
    ["trading_logout", method([], logout)],
    ["withdraw_funds", method(["amount"], whenLoggedIn("make a transaction", withdraw))],
  ]),
  load: (scenario) => {
    const self = loaded(scenario, {
      orders: usualOrders,
      account_info: usualAccount,
      authenticated: false,
      market_status: "Closed",
      order_counter: 12446n,
      stocks: usualStocks,
      watch_list: ["NVDA"],
      transaction_history: [],
    });
    const orders = [...getDict(self, "orders")].map(([id, order]): [string | bigint, PyValue] => [
      /^\d+$/.test(String(id)) ? BigInt(id) : id,
      order,
    ]);
    self.set("orders", new Map(orders));
    self.set("long_context", false);
    return withGenerator(self);
  },
};

function placeOrder(
  self: PyDict,
  [type = null, symbol = null, price = null, amount = null]: readonly PyValue[],
): PyDict {
  if (itemAt(getDict(self, "stocks"), symbol) === undefined) {
    return failure(`Invalid stock symbol: ${str(symbol)}`);
  }
  if (compare(price, 0n, "<=") <= 0 || compare(amount, 0n, "<=") <= 0) {
    return failure("Price and amount must be positive values.");
  }
  const limit = float(price);
  // What a sale comes to is never asked, so that an amount beyond all floats harms only a purchase.
  if (asText(type, "lower").toLowerCase() === "buy") {
    const cost = limit * Math.trunc(float(amount));
    const balance = float(get(getDict(self, "account_info"), "balance"));
    if (cost > balance) {
      const funds = `required $${fixed(cost, 2)} but only $${fixed(balance, 2)} available.`;
      return failure(`Insufficient funds: ${funds}`);
    }
  }
  const id = at(self, "order_counter");
  const order = dict({ id, order_type: type, symbol, price: limit, amount, status: "Open" });
  getDict(self, "orders").set(asKey(id) ?? 0n, order);
  self.set("order_counter", add(id, 1n));
  return dict({ order_id: id, order_type: type, status: "Pending", price: limit, amount });
}

function cancelOrder(self: PyDict, [id = null]: readonly PyValue[]): PyDict {
  const found = itemAt(getDict(self, "orders"), id);
  if (found === undefined) return failure(`Order with ID ${str(id)} not found.`);
  if (typeof found === "string") {
    throw new PythonError("TypeError", "string indices must be integers, not 'str'");
  }
  const order = asDict(found);
  if (equal(get(order, "status"), "Completed")) {
    return failure(`Can't cancel order ${str(id)}. Order is already completed.`);
  }
  order.set("status", "Cancelled");
  return dict({ order_id: id, status: "Cancelled" });
}

function orderDetails(self: PyDict, [id = null]: readonly PyValue[]): PyValue {
  const orders = getDict(self, "orders");
  const known = `Here is the list of orders_id: ${repr([...orders.keys()])}`;
  return itemAt(orders, id) ?? failure(`Order with ID ${str(id)} not found.${known}`);
}

function orderHistory(self: PyDict): PyValue {
  if (!isLoggedIn(self)) {
    return [failure("User not authenticated. Please log in to view order history.")];
  }
  return dict({ history: [...getDict(self, "orders").keys()] });
}

function fund(self: PyDict, [amount = null]: readonly PyValue[]): PyDict {
  if (compare(amount, 0n, "<=") <= 0) return failure("Funding amount must be positive.");
  const account = getDict(self, "account_info");
  const balance = add(get(account, "balance"), amount);
  account.set("balance", balance);
  record(self, "deposit", amount);
  return dict({ status: "Account funded successfully", new_balance: balance });
}

function withdraw(self: PyDict, [amount = null]: readonly PyValue[]): PyDict {
  if (at(self, "market_status") !== "Open") {
    return failure("Market is closed. Transactions are not allowed.");
  }
  if (compare(amount, 0n, "<=") <= 0) return failure("Transaction amount must be positive.");
  const account = getDict(self, "account_info");
  const before = get(account, "balance");
  if (compare(amount, before, ">") > 0) return failure("Insufficient funds for withdrawal.");
  const balance = subtract(before, amount);
  account.set("balance", balance);
  record(self, "withdrawal", amount);
  return dict({ status: "Withdrawal successful", new_balance: balance });
}

/** Notes a transaction, at a time within a day from now. */
function record(self: PyDict, type: string, amount: PyValue): void {
  const seconds = draw(self, seed, (random) => random.randint(0, 24 * 60 * 60));
  const timestamp = formatTime(now + 1000 * seconds);
  getList(self, "transaction_history").push(dict({ type, amount, timestamp }));
}

function transactionHistory(self: PyDict, [start = null, end = null]: readonly PyValue[]): PyValue {
  if (!isLoggedIn(self)) {
    return [failure("User not authenticated. Please log in to view transaction history.")];
  }
  const from = truthy(start) ? parseTime(start, "%Y-%m-%d") : -Infinity;
  const to = truthy(end) ? parseTime(end, "%Y-%m-%d") : Infinity;
  const shown = getList(self, "transaction_history").filter((transaction) => {
    const time = parseTime(get(asDict(transaction), "timestamp"), "%Y-%m-%d %H:%M:%S");
    return from <= time && time <= to;
  });
  return dict({ transaction_history: shown });
}

function filterByPrice(
  self: PyDict,
  [stocks = null, least = null, most = null]: readonly PyValue[],
): PyDict {
  const known = getDict(self, "stocks");
  const shown = itemsOf(stocks).filter((symbol) => {
    const stock = itemAt(known, symbol);
    const price = isDict(stock) ? stock.get("price") ?? 0n : 0n;
    return compare(price, least, ">=") >= 0 && compare(price, most, "<=") <= 0;
  });
  return dict({ filtered_stocks: shown });
}

function notifyPriceChange(self: PyDict, [stocks = null, threshold = null]: readonly PyValue[]): PyDict {
  const known = getDict(self, "stocks");
  const changed = itemsOf(stocks).filter((symbol) => {
    const stock = itemAt(known, symbol);
    if (!isDict(stock)) return false;
    const change = get(stock, "percent_change");
    const size = typeof change === "bigint" ? (change < 0n ? -change : change) : Math.abs(float(change));
    return compare(size, threshold, ">=") >= 0;
  });
  return dict({
    notification: changed.length > 0
      ? `Stocks ${changed.map(str).join(", ")} have significant price changes.`
      : "No significant price changes in the selected stocks.",
  });
}

function stockInfo(self: PyDict, [symbol = null]: readonly PyValue[]): PyValue {
  return itemAt(getDict(self, "stocks"), symbol) ?? failure(`Stock with symbol '${str(symbol)}' not found.`);
}

function addToWatchlist(self: PyDict, [symbol = null]: readonly PyValue[]): PyDict {
  const list = getList(self, "watch_list");
  const known = itemAt(getDict(self, "stocks"), symbol) !== undefined;
  if (known && !list.some((each) => equal(each, symbol))) list.push(symbol);
  return dict({ watchlist: [...list] });
}

function removeFromWatchlist(self: PyDict, [symbol = null]: readonly PyValue[]): PyDict {
  const list = getList(self, "watch_list");
  const found = list.findIndex((each) => equal(each, symbol));
  if (found < 0) return failure(`Stock ${str(symbol)} not found in watchlist.`);
  list.splice(found, 1);
  return dict({ status: `Stock ${str(symbol)} removed from watchlist successfully.` });
}

function watchlist(self: PyDict): PyValue {
  if (!isLoggedIn(self)) return ["Error: User not authenticated. Please log in to view the watchlist."];
  return dict({ watchlist: [...getList(self, "watch_list")] });
}

function login(self: PyDict): PyDict {
  if (isLoggedIn(self)) return dict({ status: "Already logged in" });
  self.set("authenticated", true);
  return dict({ status: "Logged in successfully" });
}

function logout(self: PyDict): PyDict {
  if (!isLoggedIn(self)) return dict({ status: "No user is currently logged in" });
  self.set("authenticated", false);
  return dict({ status: "Logged out successfully" });
}

function isLoggedIn(self: PyDict): boolean {
  return truthy(at(self, "authenticated"));
}

function whenLoggedIn(
  doing: string,
  act: (self: PyDict, args: readonly PyValue[]) => PyDict,
): (self: PyDict, args: readonly PyValue[]) => PyDict {
  return (self, args) =>
    isLoggedIn(self) ? act(self, args) : failure(`User not authenticated. Please log in to ${doing}.`);
}
