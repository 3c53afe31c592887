import type { Curriculum } from "../curriculum/curriculum.ts";
import { randomState, restoreState } from "../curriculum/saved_state.ts";
import type { Job } from "../experiment/settings.ts";
import type { Policy } from "../engine/engine.ts";
import type { JsonObject } from "../json.ts";
import type { StartRow } from "../metrics/rows.ts";
import { anyIterates } from "../operator/any_iterates.ts";
import { Random } from "../random.ts";
import { type DrawContext, drawGroups, type DrawnGroups } from "./draw_groups.ts";
import { type Group, rootSource } from "./rollout.ts";
import { restoreGroups, saveGroups } from "./saved_groups.ts";
import { savedObject, SpaceLog } from "./space_log.ts";

/** The groups of an iteration, and what the curriculum made of them before it went on. */
export interface Draw extends DrawnGroups {
  /** The curriculum's figures. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The rows of the `starts` table that changed. */
  readonly starts: readonly StartRow[];
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/**
 * The groups of a job, iteration by iteration, with all that decides them: the curriculum, the operators' stream and what
 * is known of the task space. A draw may begin before it is taken, while the policy trains.
 */
export class Draws {
  /** What groups are drawn with. */
  readonly context: DrawContext;
  readonly #curriculum: Curriculum;
  readonly #spaceLog = new SpaceLog();
  /** A draw that began ahead, and the state that it began from. */
  #ahead: { readonly before: JsonObject; readonly draw: Promise<Draw> } | undefined;

  /** Begins where the job begins. */
  constructor({ settings, seed }: Job, policy: Policy) {
    const { domain, curriculum, operators, sampling, objective } = settings;
    const tasks = domain.tasks("train");
    this.#curriculum = curriculum.create({
      roots: rootSource(domain, tasks),
      random: new Random(seed, "curriculum"),
      iterates: anyIterates(operators),
    });
    const { groupSize } = objective;
    this.context = {
      curriculum: this.#curriculum,
      rollouts: { domain, tasks, operators, policy, sampling, groupSize, seed },
      rewards: { curriculum, operators, objective, maxTokens: sampling.maxTokens },
      objective,
      random: new Random(seed, "operators"),
    };
  }

  /** The draw of an iteration: the one that began ahead, or one from now on. */
  async take(iteration: number): Promise<Draw> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return await (ahead?.draw ?? this.#draw(iteration));
  }

  /**
   * Begins the draw of the next iteration.
   *
   * @param known Its groups as they were rolled out before; none are drawn then.
   */
  begin(iteration: number, known?: readonly Group[]): void {
    const before = this.#state();
    const draw = this.#draw(iteration, known);
    // Its failure comes out where it is waited for.
    draw.catch(() => {});
    this.#ahead = { before, draw };
  }

  /** Waits for a draw that began. */
  async done(): Promise<void> {
    await this.#ahead?.draw;
  }

  /** All that draws to come depend on; groups that are drawn ahead are part of it. */
  async state(): Promise<JsonObject> {
    const ahead = this.#ahead;
    if (ahead === undefined) return this.#state();
    const { rolled } = await ahead.draw;
    return { ...ahead.before, ahead: saveGroups(rolled) };
  }

  /**
   * Continues from a state that was saved after an iteration.
   *
   * @returns The task space as it was then.
   * @throws {TypeError} If the state is none.
   */
  restore(iteration: number, state: JsonObject): StartRow[] {
    this.#curriculum.restore(state["curriculum"] ?? null);
    this.context.random.restore(restoreState(randomState, state["operators"] ?? null, "operators' stream"));
    const space = this.#spaceLog.restore(savedObject(state, "spaceLog"), this.#curriculum.space());
    const { ahead } = state;
    // Curriculum and operators go through the same motions as when the groups were drawn.
    if (ahead !== undefined) this.begin(iteration + 1, restoreGroups(ahead));
    return space;
  }

  async #draw(iteration: number, known?: readonly Group[]): Promise<Draw> {
    const began = performance.now();
    const drawn = await drawGroups(this.context, iteration, known);
    return {
      ...drawn,
      metrics: this.#curriculum.metrics(),
      starts: this.#spaceLog.changes(this.#curriculum.space(), iteration),
      seconds: (performance.now() - began) / 1000,
    };
  }

  #state(): JsonObject {
    return {
      curriculum: this.#curriculum.state(),
      operators: this.context.random.state(),
      spaceLog: this.#spaceLog.state(),
    };
  }
}
