import type { Json } from "../json.ts";
import { digest, outcomeOf } from "./conformance_json.ts";
import type { Domain, Split, Step } from "./domain.ts";
import type { Findings } from "./finding.ts";

/** A turn that was played, to be played again when other things have happened. */
export interface Remembered {
  /** Where it is, for messages. */
  readonly where: string;
  /** The task, frozen. */
  readonly task: Json;
  /** The state before the turn, frozen. */
  readonly state: Json;
  /** What was answered. */
  readonly response: string;
  /** What was asked, as text. */
  readonly asked: string;
  /** What came of it, as text. */
  readonly outcome: string;
}

/** How fast a domain's verdicts are. */
export interface Pace {
  /** Turns that were played. */
  readonly steps: number;
  /** The time that they took together (milliseconds). */
  readonly milliseconds: number;
}

/** What all checks of a domain share: the domain, what was found, how long verdicts take, and turns to come back to. */
export class Play {
  /** The domain in question. */
  readonly domain: Domain;
  /** Where faults are noted. */
  readonly findings: Findings;
  /** Reads a clock (milliseconds). */
  readonly now: () => number;
  /** Told what is played next, before what might never end. */
  readonly watch: (where: string) => void;
  /** Turns to play again. */
  readonly remembered: Remembered[] = [];
  /** How many strange responses were played, and how many of them counted as solved. */
  readonly strange = { played: 0, solved: 0 };
  /** The longest response that ends in good time. */
  mostCharacters = Infinity;
  /** Whether a state was too large, so that no more tasks of a split are played than show it. */
  heavy = false;
  #steps = 0;
  #milliseconds = 0;

  /** Checks of a domain. */
  constructor(domain: Domain, findings: Findings, now: () => number, watch: (where: string) => void) {
    this.domain = domain;
    this.findings = findings;
    this.now = now;
    this.watch = watch;
  }

  /** Whether verdicts wait for programs or hosts, whose time is not the domain's own. */
  get waits(): boolean {
    const { run = [], net = [] } = this.domain.permissions ?? {};
    return run.length + net.length > 0;
  }

  /** What was played since the last call. */
  takePace(): Pace {
    const pace = { steps: this.#steps, milliseconds: this.#milliseconds };
    this.#steps = 0;
    this.#milliseconds = 0;
    return pace;
  }

  /** The most turns of an episode of a split, if the domain says. */
  mostTurns(split: Split): number | undefined {
    return this.domain.mostTurns?.[split];
  }

  /** Keeps a turn that was played, to come back to. */
  remember(where: string, task: Json, state: Json, response: string, step: Step<Json>): void {
    const asked = digest([...this.domain.prompt(task, state)]);
    this.remembered.push({ where, task, state, response, asked, outcome: outcomeOf(step) });
  }

  /** Plays a turn, and notes how long it took. */
  async step(task: Json, state: Json, response: string): Promise<Step<Json>> {
    const began = this.now();
    try {
      return await this.domain.step(task, state, response);
    } finally {
      this.#steps++;
      this.#milliseconds += this.now() - began;
    }
  }
}
