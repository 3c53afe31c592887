import { tradingBot } from "exitlab/domains/tool_use/bfcl/trading_bot/trading_bot.ts";
import { checkFacts, checkProperties, type Fact } from "./simulator_checks.ts";

const scenario =
  '{"market_status": "Open", "account_info": {"account_id": 1, "balance": 10000.125, "binding_card": 2}}';

// What the original gives to these calls, one after another.
const facts: readonly Fact[] = [
  [
    "fund_account",
    '{"amount": 1}',
    '{"error": "User not authenticated. Please log in to fund the account."}',
  ],
  ["trading_login", '{"username": "u", "password": "p"}', '{"status": "Logged in successfully"}'],
  ["trading_login", '{"username": "u", "password": "p"}', '{"status": "Already logged in"}'],
  [
    "place_order",
    '{"order_type": "bUy", "symbol": "AAPL", "price": 0.125, "amount": 100001}',
    '{"error": "Insufficient funds: required $12500.12 but only $10000.12 available."}',
  ],
  [
    "place_order",
    '{"order_type": "buy", "symbol": "AAPL", "price": 1e+21, "amount": 1}',
    '{"error": "Insufficient funds: required $1000000000000000000000.00 but only $10000.12 available."}',
  ],
  [
    "place_order",
    '{"order_type": "Sell", "symbol": "AAPL", "price": 1, "amount": 2}',
    '{"order_id": 12446, "order_type": "Sell", "status": "Pending", "price": 1.0, "amount": 2}',
  ],
  [
    "place_order",
    '{"order_type": "Buy", "symbol": "AAPL", "price": 0, "amount": 2}',
    '{"error": "Price and amount must be positive values."}',
  ],
  ["cancel_order", '{"order_id": 12446}', '{"order_id": 12446, "status": "Cancelled"}'],
  [
    "cancel_order",
    '{"order_id": 12345}',
    '{"error": "Can\'t cancel order 12345. Order is already completed."}',
  ],
  ["cancel_order", '{"order_id": "12446"}', '{"error": "Order with ID 12446 not found."}'],
  [
    "get_order_details",
    '{"order_id": 1}',
    '{"error": "Order with ID 1 not found.Here is the list of orders_id: [12345, 12446]"}',
  ],
  ["fund_account", '{"amount": 5}', '{"status": "Account funded successfully", "new_balance": 10005.125}'],
  ["withdraw_funds", '{"amount": 10005.125}', '{"status": "Withdrawal successful", "new_balance": 0.0}'],
  ["withdraw_funds", '{"amount": 1}', '{"error": "Insufficient funds for withdrawal."}'],
  [
    "get_transaction_history",
    '{"start_date": "2024-09-02"}',
    '{"transaction_history": [{"type": "deposit", "amount": 5, "timestamp": "2024-09-02 05:40:15"}]}',
  ],
  ["get_transaction_history", '{"end_date": "2024-09-01"}', '{"transaction_history": []}'],
  ["add_to_watchlist", '{"stock": "AAPL"}', '{"watchlist": ["NVDA", "AAPL"]}'],
  ["add_to_watchlist", '{"stock": "NOPE"}', '{"watchlist": ["NVDA", "AAPL"]}'],
  [
    "remove_stock_from_watchlist",
    '{"symbol": "NVDA"}',
    '{"status": "Stock NVDA removed from watchlist successfully."}',
  ],
  ["get_watchlist", "{}", '{"watchlist": ["AAPL"]}'],
  [
    "filter_stocks_by_price",
    '{"stocks": ["AAPL", "ZETA", "NOPE"], "min_price": 0, "max_price": 100}',
    '{"filtered_stocks": ["ZETA", "NOPE"]}',
  ],
  [
    "notify_price_change",
    '{"stocks": ["AAPL", "TSLA", "GOOG"], "threshold": 0.17}',
    '{"notification": "Stocks AAPL, GOOG have significant price changes."}',
  ],
  ["get_symbol_by_name", '{"name": "Zeta Corp"}', '{"symbol": "ZETA"}'],
  ["get_order_history", "{}", '{"history": [12345, 12446]}'],
  [
    "place_order",
    '{"order_type": "Buy", "symbol": ["AAPL"], "price": 1, "amount": 2}',
    "Error during execution: unhashable type: 'list'",
  ],
];

Deno.test("TradingBot gives what the original gives, call after call", () => {
  checkFacts(tradingBot, scenario, facts);
});

Deno.test("TradingBot is a pure reducer that survives JSON and raises only what Python would", () => {
  checkProperties(tradingBot, scenario, [
    "u",
    "p",
    "AAPL",
    "NVDA",
    ["AAPL", "TSLA"],
    "Buy",
    "sell",
    1n,
    12.5,
    12345n,
    12446n,
    "Technology",
    "2024-09-02",
  ]);
});
