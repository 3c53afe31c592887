import type { Job } from "../../lib/experiment/settings.ts";
import type { JobEvent } from "../../lib/loop/run_job.ts";
import type { EvaluationOutcome } from "../../lib/loop/evaluate.ts";
import { macroMean } from "../../lib/metrics/benchmarks.ts";
import type { StepRow } from "../../lib/metrics/rows.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import type { ProgressLine } from "../../lib/report/progress_line.ts";
import type { RunObserver } from "../../lib/loop/run_jobs.ts";

/** Shows the jobs of a run as lines: one that moves while a job runs, and one that stays for each that is over. */
export class RunProgress implements RunObserver {
  readonly #line: ProgressLine;
  readonly #now: () => number;
  #left: number;
  #jobBegan = 0;
  /** When the job's first step was over, and how much of its budget was used by then. */
  #pace: { readonly at: number; readonly progress: number } | undefined;

  /** Progress over this many jobs; `now` gives milliseconds. */
  constructor(line: ProgressLine, jobs: number, now: () => number = () => performance.now()) {
    this.#line = line;
    this.#left = jobs;
    this.#now = now;
  }

  started(_job: Job): void {
    this.#jobBegan = this.#now();
    this.#pace = undefined;
  }

  skipped(job: Job): void {
    this.#left--;
    this.#line.settle(`${name(job)}  already run: ${job.id}`);
  }

  warming(job: Job, step: number, steps: number, loss: number): void {
    this.#line.show(`${name(job)}  warm start ${step}/${steps}  loss ${loss.toFixed(3)}`);
    if (step === steps) {
      this.#line.settle(`${name(job)}  warm start done, ${this.#elapsed()}, loss ${loss.toFixed(3)}`);
    }
  }

  event(job: Job, event: JobEvent): void {
    if (event.kind === "resumed") this.#line.settle(`${name(job)}  resumed at iteration ${event.iteration}`);
    if (event.kind === "step") this.#line.show(this.#stepText(job, event.step, event.progress));
    if (event.kind === "evaluating") {
      this.#line.show(
        `${name(job)}  iteration ${event.iteration}  evaluating, k = ${event.step} of ${event.steps}`,
      );
    }
    if (event.kind === "evaluated") {
      this.#line.settle(
        `${name(job)}  iteration ${event.iteration}  held-out solved share ${solvedText(event.outcomes)}`,
      );
    }
  }

  lost(job: Job, message: string): void {
    this.#line.settle(`${name(job)}  ${message}; going on from the latest checkpoint`);
  }

  ended(job: Job, status: "finished" | "interrupted"): void {
    this.#left--;
    if (status === "finished") this.#line.settle(`${name(job)}  finished in ${this.#elapsed()}`);
  }

  #elapsed(): string {
    return formatDuration((this.#now() - this.#jobBegan) / 1000);
  }

  #stepText(job: Job, step: StepRow, progress: number): string {
    const figures = [
      `${name(job)}  iteration ${step.iteration}`,
      `${Math.round(progress * 100)}%`,
      `reward ${(step.reward ?? 0).toFixed(3)}`,
      `solved ${(step.solved ?? 0).toFixed(3)}`,
      `depth ${(step.depth ?? 0).toFixed(2)}`,
      `${Math.round(step.tokensPerSecond ?? 0).toLocaleString("en")} tokens/s`,
    ];
    const left = this.#secondsLeft(progress);
    if (left !== undefined) figures.push(`${formatDuration(left)} left`);
    return figures.join("  ");
  }

  /** By the pace of this job's steps so far, warm start aside, as if all other jobs took as long. */
  #secondsLeft(progress: number): number | undefined {
    const now = this.#now();
    this.#pace ??= { at: now, progress };
    const done = progress - this.#pace.progress;
    if (done <= 0) return undefined;
    return (now - this.#pace.at) / 1000 * (this.#left - progress) / done;
  }
}

function name({ arm, seed }: Job): string {
  return `${arm} seed ${seed}`;
}

/** The solved share at a few k, as `k=0 0.61, k=16 0.68`. */
function solvedText(outcomes: readonly EvaluationOutcome[]): string {
  const last = Math.max(0, ...outcomes.map(({ step }) => step));
  return [...new Set([0, 1, 4, last])].filter((step) => step <= last).map((step) => {
    const at = outcomes.filter((outcome) => outcome.step === step);
    const solved = macroMean(
      at.map(({ attempt }) => Number(attempt.verdict.solved)),
      at.map(({ benchmark }) => benchmark),
    );
    return `k=${step} ${solved.toFixed(3)}`;
  }).join(", ");
}
