import { digest, outcomeOf } from "./conformance_json.ts";
import type { Play, Remembered } from "./conformance_play.ts";
import { withOddChance, withOtherTime } from "./strange_surroundings.ts";

/** Ways in which a turn is played again, and what a difference tells. */
const replays = [
  {
    run: (again: () => Promise<void>): Promise<void> => again(),
    what: "ends differently once other tasks were played",
    fix:
      "Keep nothing between calls: no variable outside step() that it changes, and a cache by the whole task, " +
      "state and response or none",
  },
  {
    run: withOtherTime,
    what: "ends differently at another time",
    fix: "Ask no clock in step(); what a date decides belongs into the task",
  },
  {
    run: withOddChance,
    what: "ends differently with other random numbers",
    fix: 'Take chance from the task: new Random(seed, "judge", id).next() instead of Math.random()',
  },
] as const;

/**
 * Plays remembered turns again, the last one first, so that turns of one episode have others between them: as they were, at
 * another time, and with other random numbers.
 */
export async function checkReplays(play: Play): Promise<void> {
  const { findings } = play;
  let turns = play.remembered.toReversed();
  for (const { run, what, fix } of replays) {
    const other = new Set<Remembered>();
    const again = async (): Promise<void> => {
      for (const turn of turns) {
        play.watch(turn.where);
        if (await isOther(play, turn)) other.add(turn);
      }
    };
    await findings.attempt("pure", "Playing turns again", () => run(again));
    for (const { where } of other) findings.expect(false, "pure", `${where} ${what}`, fix);
    // What differs for one reason would differ for all that follow.
    turns = turns.filter((turn) => !other.has(turn));
  }
}

async function isOther(
  { domain, findings }: Play,
  { where, task, state, response, outcome, asked }: Remembered,
): Promise<boolean> {
  const step = await findings.attempt(
    "pure",
    `${where}, played again,`,
    () => domain.step(task, state, response),
  );
  if (step === undefined) return false;
  return outcomeOf(step) !== outcome || digest([...domain.prompt(task, state)]) !== asked;
}
