import { attemptOf } from "./labels.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import type { RemoteRun } from "./remote_run.ts";

/** A job that costs money and that nobody waits for. */
export interface Orphan {
  /** The job. */
  readonly job: JobInfo;
  /** Why nobody does. */
  readonly why: string;
  /** Whether its run may be followed from another folder, by somebody else. */
  readonly foreign: boolean;
}

/**
 * The jobs under way that nobody waits for: a cell's other than its first live one, and those of runs that the folder does not
 * know.
 *
 * @param jobs Jobs with our label.
 * @param remotes The remote runs of a folder.
 */
export function orphans(jobs: readonly JobInfo[], remotes: readonly RemoteRun[]): Orphan[] {
  const live = jobs.filter((job) => !isOver(job));
  const known = new Set(remotes.map(({ cell }) => cell));
  return [...Map.groupBy(live, ({ labels }) => labels["cell"] ?? "")].flatMap(([cell, group]): Orphan[] => {
    if (!known.has(cell)) {
      return group.map((job) => ({ job, why: "is of no run in this folder", foreign: true }));
    }
    const [, ...others] = group.toSorted((a, b) =>
      attemptOf(b.labels) - attemptOf(a.labels) || (a.createdAt < b.createdAt ? -1 : 1)
    );
    return others.map((job) => ({ job, why: "is a second job of its run", foreign: false }));
  });
}
