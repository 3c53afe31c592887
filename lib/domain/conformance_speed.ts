import type { Json } from "../json.ts";
import type { Play } from "./conformance_play.ts";
import type { TaskInstance } from "./domain.ts";
import { deepFreeze } from "./finding.ts";

/** What patterns and parsers go through again and again: each is repeated, and ends in what does not fit. */
const units = ["0", "a", " ", "(", "a ", "1,", "\n", "\\"] as const;

/** Slowly at first, as what doubles with each character must be seen before it never ends. */
const lengths: readonly number[] = [
  ...Array.from({ length: 13 }, (_, at) => 16 + 2 * at),
  ...[48, 56, 64, 80, 96, 128, 192],
  ...Array.from({ length: 8 }, (_, at) => 256 * 2 ** at),
];

/** Longer than this a verdict keeps training waiting (milliseconds). */
const tooLong = 1000;

/** A time that noise does not make (milliseconds). */
const beyondNoise = 100;

/** Four times the length takes 4 times as long where time grows evenly, and 16 times where it grows with the square. */
const tooSteep = 9;

/** So many times as long for four characters more is no even growth. */
const exploding = 3;

/** Each figure is the least of so many. */
const tries = 3;

/** No longer is spent on it (milliseconds): verdicts that take their time, and always the same, need not be waited for. */
const mostSpent = 20_000;

/**
 * Plays a task with longer and longer nonsense, and refuses verdicts that take long, or ever longer. Each time is the least
 * of several, so that a busy machine does not make a domain slow. What waits for programs or hosts is not judged.
 */
export async function checkSpeed(play: Play, { id, task }: TaskInstance<Json>): Promise<void> {
  const { domain, findings } = play;
  const state = deepFreeze(domain.begin(task));
  const began = play.now();
  for (const unit of units) {
    const before = new Map<number, number>();
    for (const length of lengths) {
      if (play.now() - began > mostSpent) return;
      play.watch(
        `Task "${id}" with ${length.toLocaleString("en")} characters such as ${JSON.stringify(unit)}`,
      );
      const time = (length: number): Promise<number> => least(play, task, state, nonsense(unit, length));
      let took = await time(length);
      let [ofQuarter, ofLess] = [before.get(length / 4), before.get(length - 4)];
      before.set(length, took);
      if (!isSlow(took, ofQuarter, ofLess)) continue;
      // What else the machine did meanwhile is seldom there twice.
      if (took < 5 * tooLong) {
        took = Math.min(took, await time(length));
        if (ofQuarter !== undefined) ofQuarter = Math.max(ofQuarter, await time(length / 4));
        if (ofLess !== undefined) ofLess = Math.max(ofLess, await time(length - 4));
        before.set(length, took);
        if (!isSlow(took, ofQuarter, ofLess)) continue;
      }
      const [steep, explodes] = [grows(took, ofQuarter, tooSteep), grows(took, ofLess, exploding)];
      const growth = explodes
        ? `, ${(took / (ofLess ?? took)).toFixed(0)} times as long as on 4 fewer`
        : steep
        ? `, ${(took / (ofQuarter ?? took)).toFixed(0)} times as long as on a quarter of them`
        : "";
      findings.expect(
        false,
        "slow",
        `Task "${id}" takes ${(took / 1000).toFixed(1)} s for a verdict on ${
          length.toLocaleString("en")
        } characters ` +
          `such as ${JSON.stringify(unit)}${growth}`,
        "Cut the response before it is read, such as response.slice(0, 1000), and use no pattern that repeats " +
          "what repeats, such as (\\d+)*",
      );
      play.mostCharacters = Math.min(play.mostCharacters, length / 2);
      break;
    }
  }
}

function nonsense(unit: string, length: number): string {
  return `${unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 1)}!`;
}

function isSlow(took: number, ofQuarter: number | undefined, ofLess: number | undefined): boolean {
  return took > tooLong || grows(took, ofQuarter, tooSteep) || grows(took, ofLess, exploding);
}

/** Whether a time is beyond noise, and so many times that of a shorter text. */
function grows(took: number, before: number | undefined, times: number): boolean {
  return before !== undefined && took > beyondNoise && took > times * before;
}

/** The least time of several plays (milliseconds); of a single one where it is beyond doubt. */
async function least(play: Play, task: Json, state: Json, response: string): Promise<number> {
  let shortest = Infinity;
  for (let count = 0; count < tries; count++) {
    const began = play.now();
    try {
      await play.domain.step(task, state, response);
    } catch {
      // What it throws is told of elsewhere; here it is how soon.
    }
    shortest = Math.min(shortest, play.now() - began);
    if (shortest <= beyondNoise / 4 || shortest > 5 * tooLong) break;
  }
  return shortest;
}
