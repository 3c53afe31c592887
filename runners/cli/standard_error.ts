import type { ProgressTarget } from "../../lib/report/progress_line.ts";

/** Standard error, for lines of progress. */
export const standardError: ProgressTarget = {
  isTerminal: () => Deno.stderr.isTerminal(),
  width: () => Deno.consoleSize().columns,
  write: (text: string) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
};
