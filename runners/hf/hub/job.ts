import * as v from "valibot";
import type { HubClient } from "./hub_client.ts";

/** The stages that a job never leaves. Any other, known or not, is not the end. */
export const terminalStages: ReadonlySet<string> = new Set(["COMPLETED", "CANCELED", "ERROR", "DELETED"]);

/** A job of the Hub. */
export interface JobInfo {
  /** Its id. */
  readonly id: string;
  /** When it was created, as an ISO date. */
  readonly createdAt: string;
  /** Where it stands: `"SCHEDULING"`, `"RUNNING"`, one of {@link terminalStages}, or one that is new. */
  readonly stage: string;
  /** What the Hub says of the stage. */
  readonly message: string | null;
  /** Its hardware. */
  readonly flavor: string;
  /** What it is found by. */
  readonly labels: { readonly [key: string]: string };
  /** When it began to run, as an ISO date. */
  readonly startedAt: string | null;
  /** When it ended, as an ISO date. */
  readonly finishedAt: string | null;
  /** Seconds that it has run. */
  readonly runningSeconds: number | null;
  /** Its page. */
  readonly url: string;
}

/** What is read of a job; other fields are passed over. Source: the Job object of `hf_api.py` and `api-jobs.ts`. */
export const jobSchema: v.GenericSchema<unknown, JobAnswer> = v.pipe(
  v.unknown(),
  v.object({
    id: v.pipe(v.string(), v.nonEmpty()),
    createdAt: v.string(),
    status: v.object({ stage: v.pipe(v.string(), v.nonEmpty()), message: v.nullish(v.string(), null) }),
    flavor: v.nullish(v.string(), ""),
    labels: v.nullish(v.record(v.string(), v.string()), {}),
    startedAt: v.nullish(v.string(), null),
    finishedAt: v.nullish(v.string(), null),
    durations: v.nullish(v.object({ runningSecs: v.nullish(v.number(), null) }), { runningSecs: null }),
  }),
);

/** The fields that are read. */
export interface JobAnswer {
  /** Its id. */
  readonly id: string;
  /** When it was created. */
  readonly createdAt: string;
  /** Where it stands. */
  readonly status: { readonly stage: string; readonly message: string | null };
  /** Its hardware. */
  readonly flavor: string;
  /** Its labels. */
  readonly labels: { readonly [key: string]: string };
  /** When it began. */
  readonly startedAt: string | null;
  /** When it ended. */
  readonly finishedAt: string | null;
  /** How long it took. */
  readonly durations: { readonly runningSecs: number | null };
}

/** A job in our words. */
export function toJob(answer: JobAnswer, client: HubClient, namespace: string): JobInfo {
  const { id, createdAt, status, flavor, labels, startedAt, finishedAt, durations } = answer;
  return {
    id,
    createdAt,
    stage: status.stage,
    message: status.message === null ? null : client.redact(status.message),
    flavor,
    labels,
    startedAt,
    finishedAt,
    runningSeconds: durations.runningSecs,
    url: `${client.access.host}/jobs/${namespace}/${id}`,
  };
}

/**
 * Whether a job has ended, well or not.
 *
 * @example
 * ```ts
 * import { isOver, type JobInfo } from "exitlab/runners/hf/hub/job.ts";
 * import assert from "node:assert/strict";
 *
 * const job: JobInfo = {
 *   id: "6a2b", createdAt: "2026-11-01T12:00:00Z", stage: "RUNNING", message: null, flavor: "a100x4", labels: {},
 *   startedAt: "2026-11-01T12:01:00Z", finishedAt: null, runningSeconds: 60, url: "https://huggingface.co/jobs/me/6a2b",
 * };
 * assert.ok(!isOver(job));
 * assert.ok(!isOver({ ...job, stage: "WAITING_FOR_A_GPU" }));
 * assert.ok(isOver({ ...job, stage: "COMPLETED" }));
 * ```
 */
export function isOver(job: JobInfo): boolean {
  return terminalStages.has(job.stage);
}
