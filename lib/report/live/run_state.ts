import { isJsonObject, type Json } from "../../json.ts";
import type { Columns } from "../../metrics/columns.ts";
import { mean } from "../../metrics/estimate.ts";
import type { TailRecord } from "../../metrics/tail.ts";
import { type Alert, alertsOf, alertWindow } from "./alerts.ts";
import { type Cells, cut, rowsOf } from "./cells.ts";
import { type ChainStep, type HeldOutCurve, HeldOutWatch } from "./held_out.ts";
import { type SpaceNow, SpaceWatch } from "./space_watch.ts";
import { type SeriesPoint, ThinnedSeries } from "./thinned_series.ts";

/** The columns of `steps` that are followed as curves. */
export const followed = [
  "reward",
  "solved",
  "entropy",
  "depth",
  "zero_variance",
  "sampler_gap",
  "tokens_per_second",
] as const;

/** One of them. */
export type Followed = typeof followed[number];

/** Something that happened, from `events`. */
export type HappenedEvent = {
  /** When; ISO 8601. */
  readonly time: string;
  /** The training iteration. */
  readonly iteration: number;
  /** Its level. */
  readonly level: string;
  /** Its kind. */
  readonly kind: string;
  /** What is said of it. */
  readonly message: string;
};

/** A run as it stands: plain data. */
export type RunNow = {
  /** The experiment's name, from `runs`; empty until it has begun, as are the next three. */
  readonly experiment: string;
  /** The domain's kind. */
  readonly domain: string;
  /** The policy's kind. */
  readonly policy: string;
  /** What the engine says it is. */
  readonly engine: string;
  /** ISO 8601; empty if not known. */
  readonly started: string;
  /** How far it has come: running, finished, failed or interrupted. */
  readonly status: string;
  /** Training iterations so far. */
  readonly iteration: number;
  /** Tokens generated so far in training. */
  readonly tokens: number;
  /** Rollouts so far. */
  readonly rollouts: number;
  /** How much of the budget is used, in [0, 1]; `null` if there is none. */
  readonly progress: number | null;
  /** At the pace of late, of a run that is running. */
  readonly secondsLeft: number | null;
  /** The figures of the latest iteration. */
  readonly latest: Readonly<Record<Followed, number | null>>;
  /** Their curves. */
  readonly series: Readonly<Record<Followed, readonly SeriesPoint[]>>;
  /** How many iterations a point of a curve stands for. */
  readonly width: number;
  /** The evaluations. */
  readonly heldOut: readonly HeldOutCurve[];
  /** One chain of the latest evaluation. */
  readonly chain: readonly ChainStep[];
  /** The task space. */
  readonly space: SpaceNow | null;
  /** Signs of trouble. */
  readonly alerts: readonly Alert[];
  /** The latest events, the newest first. */
  readonly events: readonly HappenedEvent[];
};

type StepNow = Readonly<Record<Followed, number | null>> & {
  readonly seconds: number | null;
  readonly time: number;
  readonly progress: number | null;
};

/** So many events are kept. */
const mostEvents = 20;

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function meanOf(values: readonly (number | null)[]): number | null {
  const numbers = known(values);
  return numbers.length === 0 ? null : mean(numbers);
}

/** What a run's tail says so far, in memory that does not grow with its length. */
export class RunState {
  #run: Readonly<Record<"experiment" | "domain" | "policy" | "engine" | "started" | "status", string>> = {
    ...{ experiment: "", domain: "", policy: "", engine: "", started: "", status: "running" },
  };
  #budget: Readonly<Record<string, number>> = {};
  #last = { iteration: 0, tokens: 0, rollouts: 0 };
  #recent: StepNow[] = [];
  #entropyAtFirst: (number | null)[] = [];
  #events: HappenedEvent[] = [];
  readonly #series = byFigure(() => new ThinnedSeries());
  readonly #heldOut = new HeldOutWatch();
  readonly #space = new SpaceWatch();

  /** Takes in one line of the tail. */
  take(record: TailRecord): void {
    for (const row of rowsOf(record.runs)) this.#begin(row, record.runs);
    for (const row of rowsOf(record.steps)) this.#step(row);
    this.#heldOut.take(record.evaluations);
    this.#space.take(record.starts);
    for (const row of rowsOf(record.events)) {
      // They are figures for SQL, a line for each k.
      if (row.text("kind") === "domain-figures") continue;
      this.#events = [{
        time: row.text("time") ?? "",
        iteration: row.number("iteration") ?? 0,
        level: row.text("level") ?? "",
        kind: row.text("kind") ?? "",
        message: cut(row.text("message") ?? ""),
      }, ...this.#events].slice(0, mostEvents);
    }
  }

  /** Takes in the evaluations of a run that has ended. */
  evaluated(curves: readonly HeldOutCurve[], chain: readonly ChainStep[]): void {
    this.#heldOut.replace(curves, chain);
  }

  /**
   * The run as it stands.
   *
   * @param silentSeconds Since its last line.
   */
  now(silentSeconds: number): RunNow {
    const latest = this.#recent.at(-1);
    const running = this.#run.status === "running";
    const space = this.#space.now(this.#last.iteration);
    const of = (figure: Followed): number | null => meanOf(this.#recent.map((step) => step[figure]));
    return {
      ...this.#run,
      ...this.#last,
      progress: latest?.progress ?? this.#progress(),
      secondsLeft: running ? this.#secondsLeft() : null,
      latest: byFigure((figure) => latest?.[figure] ?? null),
      series: byFigure((figure) => this.#series[figure].points()),
      width: this.#series.reward.width,
      heldOut: this.#heldOut.curves(),
      chain: this.#heldOut.chain(),
      space,
      alerts: alertsOf({
        iteration: this.#last.iteration,
        entropyAtFirst: meanOf(this.#entropyAtFirst),
        entropy: of("entropy"),
        zeroVariance: of("zero_variance"),
        samplerGap: of("sampler_gap"),
        stale: space?.stale ?? null,
        silentSeconds: running ? silentSeconds : null,
        stepSeconds: meanOf(this.#recent.map(({ seconds }) => seconds)),
      }),
      events: this.#events,
    };
  }

  #begin(row: Cells, columns: Columns | undefined): void {
    // A row of `runs` may leave out what did not change.
    const { experiment, domain, policy, engine, started, status } = this.#run;
    this.#run = {
      experiment: row.text("experiment") ?? experiment,
      domain: row.text("domain") ?? domain,
      policy: row.text("policy") ?? policy,
      engine: row.text("engine") ?? engine,
      started: row.text("started") ?? started,
      status: row.text("status") ?? status,
    };
    if (columns?.["settings"] !== undefined) this.#budget = budgetOf(row.text("settings") ?? "");
  }

  #step(row: Cells): void {
    this.#last = {
      iteration: row.number("iteration") ?? this.#last.iteration,
      tokens: row.number("tokens") ?? this.#last.tokens,
      rollouts: row.number("rollouts") ?? this.#last.rollouts,
    };
    const figures = byFigure((figure) => row.number(figure));
    for (const figure of followed) this.#series[figure].add(this.#last.iteration, figures[figure]);
    if (this.#entropyAtFirst.length < alertWindow) this.#entropyAtFirst.push(figures.entropy);
    this.#recent = [...this.#recent, {
      ...figures,
      seconds: row.number("seconds"),
      time: Date.parse(row.text("time") ?? ""),
      progress: this.#progress(),
    }].slice(-alertWindow);
  }

  /** As the loop reckons it. */
  #progress(): number | null {
    const { iteration, tokens, rollouts } = this.#last;
    const used = [["tokens", tokens], ["rollouts", rollouts], ["iterations", iteration]] as const;
    const shares = used.flatMap(([name, count]) => {
      const limit = this.#budget[name];
      return limit === undefined || limit <= 0 ? [] : [count / limit];
    });
    return shares.length === 0 ? null : Math.min(1, Math.max(...shares));
  }

  #secondsLeft(): number | null {
    const [first, last] = [this.#recent[0], this.#recent.at(-1)];
    if (first === undefined || last === undefined || first.progress === null || last.progress === null) {
      return null;
    }
    const left = (last.time - first.time) / 1000 * (1 - last.progress) / (last.progress - first.progress);
    return Number.isFinite(left) && left >= 0 ? left : null;
  }
}

function byFigure<Value>(make: (figure: Followed) => Value): Record<Followed, Value> {
  return {
    reward: make("reward"),
    solved: make("solved"),
    entropy: make("entropy"),
    depth: make("depth"),
    zero_variance: make("zero_variance"),
    sampler_gap: make("sampler_gap"),
    tokens_per_second: make("tokens_per_second"),
  };
}

function budgetOf(settings: string): Record<string, number> {
  let parsed: Json;
  try {
    parsed = JSON.parse(settings);
  } catch {
    return {};
  }
  const budget = isJsonObject(parsed) ? parsed["budget"] : undefined;
  if (budget === undefined || !isJsonObject(budget)) return {};
  return Object.fromEntries(
    Object.entries(budget).flatMap(([name, value]) => typeof value === "number" ? [[name, value]] : []),
  );
}
