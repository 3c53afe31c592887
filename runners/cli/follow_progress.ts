import type { ProgressLine } from "../../lib/report/progress_line.ts";
import type { BroughtBack } from "../hf/bring_back.ts";
import type { FollowObserver } from "../hf/follow_run.ts";
import type { JobInfo } from "../hf/hub/job.ts";
import type { RemoteRun } from "../hf/remote_run.ts";

/** Shows runs that go on elsewhere: a line that moves, with where each stands, and lines that stay for what happened. */
export class FollowProgress implements FollowObserver {
  readonly #line: ProgressLine;
  readonly #states = new Map<string, string>();

  /** Shows it on this line. */
  constructor(line: ProgressLine) {
    this.#line = line;
  }

  job(remote: RemoteRun, job: JobInfo, found: boolean): void {
    // What was asked for now is for the next job; this one runs as it was submitted.
    const elsewhere = found && job.flavor !== remote.job.flavor
      ? ` on ${job.flavor}, as it was submitted; a further job would be on ${remote.job.flavor}`
      : "";
    this.#line.settle(`${name(remote)}  ${found ? "follows" : "submitted as"} ${job.url}${elsewhere}`);
    this.#state(remote, job.stage.toLowerCase());
  }

  stage(remote: RemoteRun, job: JobInfo): void {
    this.#state(remote, job.stage.toLowerCase());
  }

  said(remote: RemoteRun, line: string): void {
    if (line.startsWith("iteration ")) return;
    this.#state(remote, line.trim().slice(0, 60));
  }

  step(
    remote: RemoteRun,
    { iteration, reward }: { readonly iteration: number; readonly reward: number | null },
  ): void {
    this.#state(remote, `iteration ${iteration}${reward === null ? "" : `  reward ${reward.toFixed(3)}`}`);
  }

  reconnecting(remote: RemoteRun, why: string): void {
    this.#line.show(`${name(remote)}  ${why}; connecting again`);
  }

  resuming(remote: RemoteRun, job: JobInfo, iteration: number): void {
    const why = job.message === null ? "" : ` (${job.message})`;
    this.#line.settle(
      `${
        name(remote)
      }  ended as ${job.stage}${why} with iteration ${iteration} saved; another job goes on from there`,
    );
  }

  finished(remote: RemoteRun, { bytes, left }: BroughtBack): void {
    this.#states.delete(name(remote));
    const rest = left === null
      ? ""
      : `; ${
        (left.bytes / 1e9).toFixed(1)
      } GB of the server's checkpoints are in ${left.place} (--weights fetches them)`;
    const fetched = bytes === 0 ? "all is here" : `${(bytes / 1e6).toFixed(1)} MB fetched`;
    this.#line.settle(`${name(remote)}  finished, ${fetched}${rest}`);
  }

  #state(remote: RemoteRun, state: string): void {
    this.#states.set(name(remote), state);
    const others = this.#states.size - 1;
    this.#line.show(`${name(remote)}  ${state}${others === 0 ? "" : `  (and ${others} more)`}`);
  }
}

function name({ arm, seed }: RemoteRun): string {
  return `${arm} seed ${seed}`;
}
