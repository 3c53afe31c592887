import { asKey, asText } from "../arguments.ts";
import { asList } from "../attributes.ts";
import { PythonError } from "../python/error.ts";
import type { PyValue } from "../python/value.ts";
import { classFactors, fares } from "./world.ts";

/**
 * What a flight costs, in USD. The original doubles it on days whose digits add up to an even number.
 *
 * @throws {PythonError} If there is no such route or class.
 */
export function flightCost(from: PyValue, to: PyValue, date: PyValue, travelClass: PyValue): number {
  const route = [asKey(from), asKey(to)];
  const fare = fares.get(route.join("-"));
  if (fare === undefined || !route.every((end) => typeof end === "string")) {
    throw new PythonError("ValueError", "No available route for the given airports.");
  }
  const factor = typeof travelClass === "string" ? classFactors.get(travelClass) : undefined;
  if (factor === undefined) {
    throw new PythonError("ValueError", "Invalid travel class. Options are: economy, business, first.");
  }
  const items = typeof date === "string" ? [...date] : asList(date).map((item) => asText(item, "isdigit"));
  const sum = items.reduce((total, item) => total + (/^\d+$/.test(item) ? Number(item) : 0), 0);
  return fare * factor * (sum % 2 === 0 ? 2 : 1);
}
