import type { RunObserver } from "exitlab/lib/loop/run_jobs.ts";

/** Hears of everything and says nothing. */
export const silentObserver: RunObserver = {
  started: () => {},
  skipped: () => {},
  warming: () => {},
  event: () => {},
  lost: () => {},
  ended: () => {},
};
