import { UserError } from "../../../lib/errors.ts";
import { hoursText, short, timeoutText } from "./write_figures.ts";

/** The shortest time-out, in seconds. */
const least = 10 * 60;

/** The longest, in seconds: a week, which is a limit of this project. */
const most = 7 * 24 * 3600;

/** How much longer than expected a job may take. */
const margin = { factor: 1.5, minutes: 15 } as const;

/** A time-out in seconds, and how it came about. */
export type Timeout = { readonly seconds: number; readonly sentence: string };

/** Whether a job of so many hours can be placed at all. */
export function isWithinLimit(hours: number): boolean {
  return hours * 3600 <= most;
}

/** The longest time-out, in hours. */
export const mostHours: number = most / 3600;

/**
 * The time-out of a job.
 *
 * @param expected Its hours; `null` where they are not known.
 * @param asked The hours that the user wants.
 * @param arm For messages.
 * @throws {UserError} If it would be too short or too long, or cannot be chosen.
 *
 * @example
 * ```ts
 * import { chooseTimeout } from "exitlab/runners/hf/plan/timeout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(chooseTimeout(2, undefined, "exit").seconds, 3 * 3600 + 15 * 60);
 * assert.throws(() => chooseTimeout(2, 1, "exit"), /--timeout to be at least the 2.0 h/);
 * ```
 */
export function chooseTimeout(expected: number | null, asked: number | undefined, arm: string): Timeout {
  if (asked !== undefined) return askedTimeout(expected, asked, arm);
  if (expected === null) {
    throw new UserError(
      `Cannot tell how long a job of arm "${arm}" takes; give --timeout HOURS and --flavor NAME`,
    );
  }
  if (!isWithinLimit(expected)) {
    throw new UserError(
      `Expected a job of arm "${arm}" to take at most ${short(mostHours)} h but found ${
        hoursText(expected)
      }; ask for fewer ` +
        "tokens (budget, evaluate), or for a smaller budget now and more in further jobs",
    );
  }
  const minutes = Math.ceil(expected * 60 * margin.factor + margin.minutes);
  const seconds = Math.min(most, Math.max(least, minutes * 60));
  const cut = seconds < minutes * 60 ? `, cut to the longest that is given, ${short(mostHours)} h` : "";
  return {
    seconds,
    sentence: `Time-out: ${hoursText(expected)} × ${margin.factor} + ${margin.minutes} min = ${
      timeoutText(minutes * 60)
    }${cut}; a job that is ended by it goes on in a further one`,
  };
}

function askedTimeout(expected: number | null, asked: number, arm: string): Timeout {
  const seconds = Math.ceil(asked * 60) * 60;
  if (seconds < least || seconds > most) {
    throw new UserError(
      `Expected --timeout to be from ${short(least / 3600)} to ${short(mostHours)} hours but found ${asked}`,
    );
  }
  if (expected !== null && seconds < expected * 3600) {
    throw new UserError(
      `Expected --timeout to be at least the ${
        hoursText(expected)
      } that a job of arm "${arm}" is expected to take but found ${asked} h`,
    );
  }
  const kept = expected === null ? "" : `, ${short(seconds / 3600 / expected)} times what is expected`;
  return { seconds, sentence: `Time-out: ${timeoutText(seconds)}, as --timeout says${kept}` };
}
