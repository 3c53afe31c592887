import { equal } from "./python/equal.ts";
import { repr } from "./python/text.ts";
import { isDict, type PyDict, PyOpaque, type PyValue } from "./python/value.ts";
import type { Trace } from "./trace.ts";
import { callMethod, initialWorld, publicAttributes } from "./world.ts";

/** Something that came out otherwise than in the original. */
export interface ReplayDifference {
  /** The trace. */
  readonly id: string;
  /** The turn, from 0. */
  readonly turn: number;
  /** The call, or the attribute of a class. */
  readonly what: string;
  /** What the original gave. */
  readonly expected: string;
  /** What came out here. */
  readonly found: string;
}

/** What a replay came to. */
export interface ReplayReport {
  /** Calls that were made. */
  readonly calls: number;
  /** Those whose response is the same text; where the original raised, that this does too is enough. */
  readonly callsEqual: number;
  /** States that were compared: of ground truth, all involved classes after each turn; of other calls, the class at the end. */
  readonly states: number;
  /** Those with equal public attributes. */
  readonly statesEqual: number;
  /** What differs, in order. */
  readonly differences: readonly ReplayDifference[];
}

/** How responses begin that stand for an exception. */
const raised = "Error during execution:";

/** Makes the calls of traces anew and compares. */
export function replay(traces: readonly Trace[]): ReplayReport {
  const total = { calls: 0, callsEqual: 0, states: 0, statesEqual: 0 };
  const differences: ReplayDifference[] = [];
  for (const { id, row, turns, responses, states } of traces) {
    let world = initialWorld(row);
    for (const [turn, calls] of turns.entries()) {
      for (const [at, call] of calls.entries()) {
        const outcome = callMethod(world, call.class, call.name, call.args);
        world = outcome.world;
        const expected = responses[turn]?.[at] ?? "";
        const same = outcome.raised ? expected.startsWith(raised) : outcome.result === expected;
        total.calls++;
        total.callsEqual += Number(same);
        if (!same) {
          const what = `${call.class}.${call.name}(${argumentsText(call.args)})`;
          differences.push({ id, turn, what, expected, found: outcome.result });
        }
      }
      const state = states[turn];
      if (state === null || state === undefined) continue;
      const found = [...state].flatMap(([name, attributes]) =>
        differing(name, attributes, publicAttributes(world, name))
      );
      total.states++;
      total.statesEqual += Number(found.length === 0);
      differences.push(...found.map((each) => ({ id, turn, ...each })));
    }
  }
  return { ...total, differences };
}

function differing(
  owner: string,
  expected: PyDict,
  found: PyDict,
): Pick<ReplayDifference, "what" | "expected" | "found">[] {
  const names = new Set([...expected.keys(), ...found.keys()].map(String));
  return [...names].flatMap((name) => {
    const [wanted, got] = [expected.get(name), found.get(name)];
    if (wanted !== undefined && got !== undefined && equal(withSets(wanted), recorded(got))) return [];
    const show = (value: PyValue | undefined): string => value === undefined ? "absent" : repr(value);
    return [{ what: `${owner}.${name}`, expected: show(wanted), found: show(got) }];
  });
}

/** A value of a trace, which holds a set of numbers as its text: the order in it says nothing. */
function withSets(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(withSets);
  if (!isDict(value)) return value;
  const text = value.size === 1 ? value.get("$set") : undefined;
  if (typeof text === "string") {
    return new Set([...text.matchAll(/-?\d+/g)].map(([digits]) => BigInt(digits)));
  }
  return new Map([...value].map(([key, item]) => [key, withSets(item)]));
}

/** A value as traces record it: the keys of a dict as text, and what is only printed by its text. */
function recorded(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(recorded);
  if (value instanceof PyOpaque) return new Map([["$repr", value.text]]);
  return isDict(value) ? new Map([...value].map(([key, item]) => [String(key), recorded(item)])) : value;
}

function argumentsText(args: PyDict): string {
  return [...args].map(([name, value]) => `${name}=${repr(value)}`).join(", ");
}
