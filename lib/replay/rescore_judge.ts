import type { Domain } from "../domain/domain.ts";
import { deepFreeze } from "../domain/finding.ts";
import type { Verdict } from "../domain/verdict.ts";
import { errorMessage } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Grade } from "./rescore_tally.ts";

/** A state that an episode passes through, before a turn. */
export interface Place {
  /** The root task's id. */
  readonly id: string;
  /** Its content. */
  readonly task: Json;
  /** The domain's state. */
  readonly state: Json;
}

/** What a rule says of an episode. */
export interface Graded {
  /** The grade. */
  readonly grade: Grade;
  /** Where each response was given, in order; none unless it was judged. */
  readonly places: readonly Place[];
}

/** What one turn came to. */
type Turn =
  | {
    readonly kind: "taken";
    readonly verdict: Verdict;
    readonly done: boolean;
    readonly next: Place;
  }
  | { readonly kind: "broken"; readonly message: string };

/** Turns that are remembered at most: a step is pure, so that equal ones need not be taken again. */
const mostKnown = 100_000;

/** The most characters of a response that a message shows. */
const shownCharacters = 60;

/** Plays logged responses through a domain. A response is given once in a state, however often the log has it. */
export class Judge {
  readonly #domain: Domain;
  readonly #tasks: ReadonlyMap<string, Json>;
  readonly #roots = new Map<string, Place>();
  #known = new Map<Place, Map<string, Turn>>();
  #turns = 0;

  /**
   * A judge of a domain's tasks.
   *
   * @param tasks Their contents, by id.
   */
  constructor(domain: Domain, tasks: ReadonlyMap<string, Json>) {
    this.#domain = domain;
    this.#tasks = tasks;
  }

  /**
   * Where a task begins.
   *
   * @returns `undefined` if the domain lacks it; a sentence if it cannot begin it.
   */
  root(id: string): Place | string | undefined {
    const known = this.#roots.get(id);
    if (known !== undefined) return known;
    const task = this.#tasks.get(id);
    if (task === undefined) return undefined;
    try {
      const place = { id, task: deepFreeze(task), state: deepFreeze(this.#domain.begin(task)) };
      this.#roots.set(id, place);
      return place;
    } catch (error) {
      return `Domain "${this.#domain.kind}" threw "${errorMessage(error)}" at the beginning (task "${id}")`;
    }
  }

  /**
   * Plays responses, one a turn, until they or the episode end.
   *
   * @param from Where the first is given: what `root` gave, or a place of an episode before.
   * @param responses At least one.
   */
  async grade(from: Place | string | undefined, responses: readonly string[]): Promise<Graded> {
    if (from === undefined) return { grade: { kind: "unanswered", reason: "task" }, places: [] };
    if (typeof from === "string") return { grade: { kind: "broken", message: from }, places: [] };
    const places: Place[] = [];
    let place = from;
    for (const [at, response] of responses.entries()) {
      places.push(place);
      const turn = await this.#turn(place, response);
      if (turn.kind === "broken") return { grade: turn, places: [] };
      const { verdict, done, next } = turn;
      const left = responses.length - at - 1;
      if (done || left === 0) return { grade: { kind: "judged", verdict, left, done }, places };
      place = next;
    }
    throw new RangeError("Expected at least one response to grade");
  }

  async #turn(place: Place, response: string): Promise<Turn> {
    const known = this.#known.get(place)?.get(response);
    if (known !== undefined) return known;
    const turn = await this.#take(place, response);
    if (this.#turns >= mostKnown) {
      this.#known = new Map();
      this.#turns = 0;
    }
    const others = this.#known.get(place) ?? new Map<string, Turn>();
    this.#known.set(place, others.set(response, turn));
    this.#turns++;
    return turn;
  }

  async #take(place: Place, response: string): Promise<Turn> {
    const { id, task, state } = place;
    const broken = (what: string): Turn => ({
      kind: "broken",
      message: `Domain "${this.#domain.kind}" ${what} (task "${id}", response ${head(response)})`,
    });
    try {
      // Frozen, as a rule that changes its input would change what comes after.
      const step = await this.#domain.step(task, state, response);
      const { verdict, done } = step;
      for (const name of ["quality", "reward"] as const) {
        const value = verdict[name];
        if (!(value >= 0 && value <= 1)) return broken(`gives a ${name} of ${value}, outside [0, 1]`);
      }
      if (typeof verdict.solved !== "boolean") return broken("does not say whether it is solved");
      return { kind: "taken", verdict, done, next: { id, task, state: deepFreeze(step.state) } };
    } catch (error) {
      return broken(`threw "${errorMessage(error)}"`);
    }
  }
}

/** The beginning of a response, in quotes. */
export function head(response: string): string {
  return JSON.stringify(
    response.length > shownCharacters ? `${response.slice(0, shownCharacters)}…` : response,
  );
}
