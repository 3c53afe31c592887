/**
 * A job at the stand-in for the Hub that is being followed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import type { JobInfo } from "exitlab/runners/hf/hub/job.ts";
import { followJob, type FollowOptions } from "exitlab/runners/hf/hub/job_log.ts";
import { createJob } from "exitlab/runners/hf/hub/jobs.ts";
import type { Fault, LogTrouble } from "./faults.ts";
import { type Hub, type HubOptions, type JobExecutor, withHub } from "./hub_server.ts";

/** A small job. */
export const spec = {
  dockerImage: "python:3.12",
  command: ["python"],
  flavor: "cpu-basic",
  timeoutSeconds: 60,
} as const;
/** The first line of the first job's log, if no look came before. */
export const started = "===== Job started at 2026-01-01T00:00:02.000Z =====";
/** The paths of logs, and of looks at one job. */
export const logs: RegExp = /\/logs$/;
export const inspection: RegExp = /^\/api\/jobs\/me\/[^/]+$/;
/** Asks often whether the job is over, and takes no connection for dead, however busy the machine is. */
export const quick = { silence: 60_000, check: 5, grace: 60 } as const;
/** Lines with letters of one to three bytes. */
export const many: readonly string[] = Array.from(
  { length: 30 },
  (_, index) => `line ${index} with ümläuts and 日本`,
);

/** Says some lines, with a pause after every so manieth. */
export function says(lines: readonly string[], pauseEvery = Infinity): JobExecutor {
  return async ({ log }) => {
    for (const [at, line] of lines.entries()) {
      log(line);
      if ((at + 1) % pauseEvery === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return { ok: true };
  };
}

/** Says some lines, and ends when it is told to. */
export function saysAndWaits(lines: readonly string[]): { executor: JobExecutor; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const executor: JobExecutor = async ({ log, signal }) => {
    lines.forEach(log);
    signal.addEventListener("abort", () => resolve());
    await promise;
    return { ok: true };
  };
  return { executor, end: resolve };
}

/** Faults of the first connections to a log, one each. */
export function troubles(...all: LogTrouble[]): Fault[] {
  return all.map((log) => ({ path: logs, log }));
}

/** A job that can be followed, and what was told. */
export interface Followed {
  /** The stand-in. */
  readonly hub: Hub;
  /** A client of it. */
  readonly client: HubClient;
  /** The job. */
  readonly id: string;
  /** What its log said, in lines. */
  readonly texts: string[];
  /** The stages that were told. */
  readonly stages: string[];
  /** Why connections were made again. */
  readonly reconnects: string[];
  /** Follows it to the end; a line's index must be its place. */
  follow(options?: Partial<FollowOptions>): Promise<JobInfo>;
}

/** Calls something with a job; `looks` see it waiting before it runs. */
export async function withJob(
  options: HubOptions,
  use: (followed: Followed) => Promise<void>,
  looks = 0,
): Promise<void> {
  await withHub(options, async (hub) => {
    hub.state.jobs.scheduling = looks;
    const client = new HubClient(hub.access);
    const { id } = await createJob(client, "me", spec);
    const texts: string[] = [];
    const stages: string[] = [];
    const reconnects: string[] = [];
    const follow = async (more: Partial<FollowOptions> = {}) => {
      const lines = followJob(client, "me", id, {
        signal: new AbortController().signal,
        ...quick,
        onState: ({ stage }) => void stages.push(stage),
        onReconnect: (why) => void reconnects.push(why),
        ...more,
      });
      for (;;) {
        const { done, value } = await lines.next();
        if (done === true) return value;
        assert.equal(value.index, texts.length);
        texts.push(value.text);
      }
    };
    await use({ hub, client, id, texts, stages, reconnects, follow });
  });
}
