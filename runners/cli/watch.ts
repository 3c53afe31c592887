import { UserError } from "../../lib/errors.ts";
import type { WatchedPlace } from "../../lib/report/live/live_runs.ts";
import { type LiveServer, serveLive } from "../../lib/report/live/live_server.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { placeOf } from "./find_results.ts";
import { interruptSignal } from "./interrupt_signal.ts";
import { stepBack } from "./step_back.ts";

/** Where the page is unless `--port` says otherwise. */
const defaultPort = 8420;

/** `deno task watch`: a live page of runs. */
export const watchCommand: Command = {
  name: "watch",
  summary: "Show runs on a page that grows with them, on this machine alone. It only reads.",
  usage: "[RUN…] [options]",
  options: {
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    port: { type: "string", value: "N", help: `The page's port; 0 for a free one; default ${defaultPort}` },
  },
  examples: [
    "deno task watch",
    "deno task watch runs/exit-math-exit-s1-0a1b2c3d runs/exit-math-grpo-s1-4e5f6a7b",
    "deno task watch --runs elsewhere --port 0",
  ],
  run: runWatch,
};

async function runWatch(line: CommandLine): Promise<number> {
  const port = parsePort(line.value("port"));
  const runs = line.value("runs") ?? "runs";
  const places = await findPlaces(line.words, runs);
  stepBack();
  const interrupt = interruptSignal("Closing the page; the runs go on");
  try {
    await using server = await serve(places, line.words.length === 0 ? runs : line.words.join(", "), port);
    print(`${server.url} shows ${line.words.length === 0 ? `all runs in ${runs}` : line.words.join(", ")}`);
    print("It only reads. Ctrl-C closes it; the runs go on.");
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    interrupt.signal.addEventListener("abort", () => resolve());
    await Promise.race([stopped, server.failed]);
  } finally {
    interrupt.release();
  }
  return exitCodes.success;
}

async function findPlaces(words: readonly string[], runs: string): Promise<WatchedPlace[]> {
  if (words.length === 0) {
    const info = await Deno.stat(runs).catch(() => undefined);
    if (info?.isFile === true) throw new UserError(`Expected a folder of runs but found the file "${runs}"`);
    return [{ parent: runs, name: undefined }];
  }
  const places: WatchedPlace[] = [];
  for (const word of words) {
    const place = await placeOf(word, runs);
    if (place.name?.endsWith(".parquet") === true) {
      throw new UserError(`Expected a run's folder or id but found the file of results "${word}"`);
    }
    places.push(place);
  }
  return places;
}

async function serve(places: readonly WatchedPlace[], name: string, port: number): Promise<LiveServer> {
  try {
    return await serveLive({ places, name, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UserError(`Port ${port} is in use; give another with --port, or 0 for a free one`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(`Port ${port} may not be used by this user; give one above 1023 with --port`);
    }
    throw error;
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new UserError(`Expected --port to be a whole number from 0 to 65535 but found "${text}"`);
}
