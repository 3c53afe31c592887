/**
 * Where a run's step metrics go besides its own files: a module whose default export is a `MetricsSink`.
 *
 * @module
 */
import type { RunIdentity, StepRow } from "./rows.ts";

/** The run whose steps are forwarded. */
export type SinkRun = RunIdentity & {
  /** The experiment's name. */
  readonly experiment: string;
  /** The run's folder, an absolute path: where a sink may keep a file. */
  readonly directory: string;
};

/**
 * Takes step metrics elsewhere. It works on a thread of its own, and the run never waits for it: what it throws, or is too
 * slow for, is an event of kind `sink` in the run and nothing more. Each call is begun when the one before has ended. Steps
 * come in order; those that a resumed run makes again come again, and the later ones count.
 */
export interface MetricsSink {
  /** A run begins, or goes on. */
  begin?(run: SinkRun): void | Promise<void>;
  /** A step is on disk. Numbers that are not finite may occur. */
  step(step: StepRow, run: SinkRun): void | Promise<void>;
  /** The last step was forwarded; what is kept back is to be written now. */
  end?(run: SinkRun): void | Promise<void>;
}

/** What the run's thread tells that of the sink. */
export type SinkRequest =
  | { readonly kind: "open"; readonly module: string }
  | { readonly kind: "begin"; readonly run: SinkRun }
  | { readonly kind: "step"; readonly run: SinkRun; readonly step: StepRow }
  | { readonly kind: "end"; readonly run: SinkRun };

/** That a request is done with, a message saying why it failed; or that something failed that belongs to none. */
export type SinkAnswer =
  | { readonly kind: SinkRequest["kind"]; readonly message: string | null }
  | { readonly kind: "stray"; readonly message: string };
