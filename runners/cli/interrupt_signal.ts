import { exitCodes, printError } from "./command.ts";

/** A signal that Ctrl-C sets off, and the end of listening for it. */
export interface Interrupt {
  /** Set off by the first Ctrl-C or SIGTERM; the second ends the process. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

/** Listens for Ctrl-C; says the words when it comes. */
export function interruptSignal(words: string): Interrupt {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) Deno.exit(exitCodes.interrupted);
    stop.abort();
    printError(`\n${words}; press Ctrl-C again to stop at once`);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return {
    signal: stop.signal,
    release: () => {
      for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
    },
  };
}
