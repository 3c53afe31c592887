import { asKey, asText, itemAt } from "../arguments.ts";
import { asDict, at, failure, get, getDict, loaded } from "../attributes.ts";
import { draw, withGenerator } from "../drawing.ts";
import { add, compare, divide, float, multiply, subtract } from "../python/arithmetic.ts";
import { parseTime } from "../python/date.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { roundFloat } from "../python/rational.ts";
import { repr, str } from "../python/text.ts";
import { dict, isNumber, type PyDict, type PyValue } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";
import { flightCost } from "./flight_cost.ts";
import { airports, classFactors, dollarRates } from "./world.ts";

/** The seed of ids and balances. */
const seed = 141053;

/** Today, which does not change: a pure reducer has no clock. Only the age of travellers depends on it. */
const today = { year: 2026, month: 11, day: 22 } as const;

type Act = (self: PyDict, args: readonly PyValue[]) => PyDict;

/** Flights, bookings, credit cards and budgets. */
export const travelApi: Simulator = {
  name: "TravelAPI",
  methods: new Map([
    [
      "authenticate_travel",
      method(
        [
          "client_id",
          "client_secret",
          "refresh_token",
          "grant_type",
          "user_first_name",
          "user_last_name",
        ],
        authenticate,
      ),
    ],
    [
      "book_flight",
      method(
        ["access_token", "card_id", "travel_date", "travel_from", "travel_to", "travel_class"],
        withToken(bookFlight, { booking_status: false }),
      ),
    ],
    [
      "cancel_booking",
      method(["access_token", "booking_id"], withToken(cancelBooking, { cancel_status: false })),
    ],
    ["compute_exchange_rate", method(["base_currency", "target_currency", "value"], exchange)],
    ["contact_customer_support", method(["booking_id", "message"], contactSupport)],
    [
      "get_all_credit_cards",
      method([], (self) => dict({ credit_card_list: at(self, "credit_card_list") })),
    ],
    [
      "get_booking_history",
      method(["access_token"], withToken((self) => dict({ booking_history: at(self, "booking_record") }))),
    ],
    [
      "get_budget_fiscal_year",
      method(
        [["lastModifiedAfter", null], ["includeRemoved", null]],
        () => dict({ budget_fiscal_year: "2018" }),
      ),
    ],
    ["get_credit_card_balance", method(["access_token", "card_id"], withToken(cardBalance))],
    [
      "get_flight_cost",
      method(
        ["travel_from", "travel_to", "travel_date", "travel_class"],
        (_self, [from = null, to = null, date = null, travelClass = null]) =>
          dict({ travel_cost_list: [flightCost(from, to, date, travelClass)] }),
      ),
    ],
    [
      "get_nearest_airport_by_city",
      method(["location"], (_self, [city = null]) => {
        const key = asKey(city);
        return dict({
          nearest_airport: (typeof key === "string" ? airports.get(key) : undefined) ?? "Unknown",
        });
      }),
    ],
    ["list_all_airports", method([], () => [...airports.values()])],
    [
      "purchase_insurance",
      method(
        ["access_token", "insurance_type", "booking_id", "insurance_cost", "card_id"],
        withToken(purchaseInsurance, { insurance_status: false }),
      ),
    ],
    [
      "register_credit_card",
      method(
        ["access_token", "card_number", "expiration_date", "cardholder_name", "card_verification_number"],
        withToken(registerCard),
      ),
    ],
    [
      "retrieve_invoice",
      method(["access_token", ["booking_id", null], ["insurance_id", null]], withToken(invoice)),
    ],
    ["set_budget_limit", method(["access_token", "budget_limit"], withToken(setBudget))],
    [
      "travel_get_login_status",
      method([], (self) => {
        const left = at(self, "token_expires_in");
        return dict({ status: isNumber(left) && left > 0 });
      }),
    ],
    [
      "verify_traveler_information",
      method(["first_name", "last_name", "date_of_birth", "passport_number"], verifyTraveller),
    ],
  ]),
  load: (scenario) => {
    const self = loaded(scenario, {
      credit_card_list: dict(),
      booking_record: dict(),
      access_token: null,
      token_type: null,
      token_expires_in: null,
      token_scope: null,
      user_first_name: null,
      user_last_name: null,
      budget_limit: null,
    });
    self.set("long_context", false);
    return withGenerator(self);
  },
};

function authenticate(self: PyDict, args: readonly PyValue[]): PyDict {
  const [, , , scope = null, firstName = null, lastName = null] = args;
  const [token = ""] = numbers(self, [100_000, 999_999]);
  self.set("token_expires_in", 2n);
  self.set("access_token", token);
  self.set("token_type", "Bearer");
  self.set("token_scope", scope);
  self.set("user_first_name", firstName);
  self.set("user_last_name", lastName);
  return dict({ expires_in: 2n, access_token: token, token_type: "Bearer", scope });
}

function bookFlight(
  self: PyDict,
  [, card = null, date = null, from = null, to = null, travelClass = null]: readonly PyValue[],
): PyDict {
  const refuse = (error: string): PyDict => dict({ booking_status: false, error });
  const found = itemAt(getDict(self, "credit_card_list"), card);
  if (found === undefined) return refuse("Card not registered");
  const codes = [...airports.values()];
  if (!codes.some((code) => code === from)) return refuse(`Invalid departure airport code: ${str(from)}`);
  if (!codes.some((code) => code === to)) return refuse(`Invalid destination airport code: ${str(to)}`);
  if (!isDate(date)) return refuse("Invalid date format. Use YYYY-MM-DD.");
  if (typeof travelClass !== "string" || !classFactors.has(travelClass)) {
    // The original names them in an order that changes from run to run.
    return refuse("Invalid travel class. Must be one of {'economy', 'business', 'first'}");
  }
  let cost: number;
  try {
    cost = flightCost(from, to, date, travelClass);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return refuse(error.message);
  }
  const account = asDict(found);
  const balance = get(account, "balance");
  if (compare(balance, cost) < 0) return refuse("Insufficient funds");
  const budget = at(self, "budget_limit");
  // The original holds the balance, not the cost, against the budget.
  if (budget !== null && compare(balance, budget) < 0) return refuse("Balance is less than budget limit");
  account.set("balance", subtract(balance, cost));
  const [booking = "", transaction = ""] = numbers(self, [1_000_000, 9_999_999], [10_000_000, 99_999_999]);
  getDict(self, "booking_record").set(
    booking,
    dict({
      card_id: card,
      travel_date: date,
      travel_from: from,
      travel_to: to,
      travel_class: travelClass,
      travel_cost: cost,
      transaction_id: transaction,
    }),
  );
  return dict({
    booking_id: booking,
    transaction_id: transaction,
    booking_status: true,
    booking_history: dict(),
  });
}

function cancelBooking(self: PyDict, [, id = null]: readonly PyValue[]): PyDict {
  const bookings = getDict(self, "booking_record");
  const found = itemAt(bookings, id);
  if (found === undefined) return dict({ cancel_status: false, error: "Booking not found" });
  const booking = asDict(found);
  const account = asDict(get(getDict(self, "credit_card_list"), get(booking, "card_id")));
  account.set("balance", add(get(account, "balance"), get(booking, "travel_cost")));
  bookings.delete(asKey(id) ?? "");
  return dict({ cancel_status: true });
}

function purchaseInsurance(
  self: PyDict,
  [, , booking = null, cost = null, card = null]: readonly PyValue[],
): PyDict {
  const refuse = (error: string): PyDict => dict({ insurance_status: false, error });
  const budget = at(self, "budget_limit");
  if (budget !== null && compare(budget, cost) < 0) return refuse("Exceeded budget limit");
  if (itemAt(getDict(self, "booking_record"), booking) === undefined) return refuse("Booking not found");
  const found = itemAt(getDict(self, "credit_card_list"), card);
  if (found === undefined) return refuse("Credit card not registered");
  const account = asDict(found);
  account.set("balance", subtract(get(account, "balance"), cost));
  const [id = ""] = numbers(self, [100_000_000, 999_999_999]);
  return dict({ insurance_id: id, insurance_status: true });
}

function registerCard(
  self: PyDict,
  [, number = null, expiry = null, holder = null, verification = null]: readonly PyValue[],
): PyDict {
  const cards = getDict(self, "credit_card_list");
  if (itemAt(cards, number) !== undefined) return failure("Card already registered");
  const [id = "", balance] = numbers(self, [100_000_000_000, 999_999_999_999], [10_000, 99_999]);
  cards.set(
    id,
    dict({
      card_number: number,
      expiration_date: expiry,
      cardholder_name: holder,
      card_verification_number: verification,
      balance: BigInt(balance ?? 0),
    }),
  );
  return dict({ card_id: id });
}

function cardBalance(self: PyDict, [, id = null]: readonly PyValue[]): PyDict {
  const cards = getDict(self, "credit_card_list");
  const card = itemAt(cards, id);
  if (card === undefined) {
    return failure(`Card not registered. Here are a list of card_id's: ${repr([...cards.keys()])}`);
  }
  return dict({ card_balance: get(asDict(card), "balance") });
}

const invoiced = ["travel_date", "travel_from", "travel_to", "travel_class", "travel_cost", "transaction_id"];

function invoice(self: PyDict, [, id = null]: readonly PyValue[]): PyDict {
  const found = itemAt(getDict(self, "booking_record"), id);
  if (found === undefined) return failure("Booking not found");
  const lines: PyDict = new Map(invoiced.map((name) => [name, get(asDict(found), name)]));
  return dict({ invoice: new Map([["booking_id", id], ...lines]) });
}

function setBudget(self: PyDict, [, limit = null]: readonly PyValue[]): PyDict {
  const budget = float(limit);
  self.set("budget_limit", budget);
  return dict({ budget_limit: budget });
}

function contactSupport(self: PyDict, [id = null]: readonly PyValue[]): PyDict {
  if (itemAt(getDict(self, "booking_record"), id) === undefined) return failure("Booking not found");
  const thanks = "Thank you for contacting customer support.";
  return dict({
    customer_support_message: `${thanks} Your message has been received and we will get back to you shortly.`,
  });
}

function exchange(_self: PyDict, [base = null, target = null, value = null]: readonly PyValue[]): PyDict {
  const fromDollars = base === "USD" && typeof target === "string" ? dollarRates.get(target) : undefined;
  if (fromDollars !== undefined) {
    return dict({ exchanged_value: float(repeated(value, fromDollars) ?? multiply(value, fromDollars)) });
  }
  const toDollars = target === "USD" && typeof base === "string" ? dollarRates.get(base) : undefined;
  if (toDollars === undefined) {
    throw new PythonError("ValueError", "No available exchange rate for the given currencies.");
  }
  const dollars = divide(value, toDollars);
  return dict({ exchanged_value: Number.isFinite(dollars) ? roundFloat(dollars, 2) : dollars });
}

/** A sequence times a number, which Python repeats; `undefined` for what is no sequence. @throws {PythonError} If the number is no int. */
function repeated(value: PyValue, times: bigint | number): PyValue | undefined {
  if (typeof value !== "string" && !Array.isArray(value)) return undefined;
  if (typeof times === "number") {
    throw new PythonError("TypeError", "can't multiply sequence by non-int of type 'float'");
  }
  // A longer text is no number or beyond all floats, repeated or not, and would take all memory.
  return typeof value === "string" && value.length <= 1000 ? value.repeat(Number(times)) : value;
}

function verifyTraveller(
  self: PyDict,
  [firstName = null, lastName = null, birth = null, passport = null]: readonly PyValue[],
): PyDict {
  const refuse = (why: string): PyDict => dict({ verification_status: false, verification_failure: why });
  const [known, family] = [at(self, "user_first_name"), at(self, "user_last_name")];
  if (!equal(known, firstName) || !equal(family, lastName)) {
    const names = `Expected ${str(known)} ${str(family)}, got ${str(firstName)} ${str(lastName)}`;
    return refuse(`Cannot book flight information for another user.${names}`);
  }
  if (!isDate(birth)) return refuse("Invalid date of birth format. Please use YYYY-MM-DD.");
  const born = new Date(parseTime(birth, "%Y-%m-%d"));
  const [month, day] = [born.getUTCMonth() + 1, born.getUTCDate()];
  const hadBirthday = today.month > month || (today.month === month && today.day >= day);
  const age = today.year - born.getUTCFullYear() - (hadBirthday ? 0 : 1);
  if (age < 18) return refuse("Traveler must be at least 18 years old.");
  if (!asText(passport, "startswith").startsWith("US")) {
    return refuse("Passport must be issued by the United States.");
  }
  return dict({ verification_status: true });
}

/** Whether a text is a date. @throws {PythonError} If it is no text. */
function isDate(value: PyValue): boolean {
  try {
    parseTime(value, "%Y-%m-%d");
    return true;
  } catch (error) {
    if (error instanceof PythonError && error.kind === "ValueError") return false;
    throw error;
  }
}

/** What needs the access token as its first argument; `extra` stands before the error. */
function withToken(act: Act, extra: { readonly [name: string]: PyValue } = {}): Act {
  return (self, args) => {
    const left = at(self, "token_expires_in");
    if (!equal(at(self, "access_token"), args[0] ?? null)) {
      return dict({ ...extra, error: "Invalid access token" });
    }
    if (equal(left, 0n)) return dict({ ...extra, error: "Token expired" });
    return act(self, args);
  };
}

/** Random whole numbers between bounds, one after another, as text. */
function numbers(self: PyDict, ...bounds: readonly (readonly [number, number])[]): string[] {
  return draw(self, seed, (random) => bounds.map(([from, to]) => String(random.randint(from, to))));
}
