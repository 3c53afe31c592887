/**
 * The list of machines that can be rented and what they cost: from a file, from the Hub, or as the Hub gave it last.
 *
 * @module
 */
import { dirname, join } from "node:path";
import * as v from "valibot";
import { errorMessage, UserError } from "../../../lib/errors.ts";
import { fetchHardware, type Hardware, readHardware } from "../hub/hardware.ts";
import { HubClient } from "../hub/hub_client.ts";
import { type Machine, machineOf } from "./machines.ts";

/** Where the list that the Hub gave last is kept, below the working directory. */
const hardwareCache = join(".cache", "hf", "hardware.json");

/** How long a kept list is used without asking again, in milliseconds. */
const freshFor = 24 * 3600 * 1000;

/** Machines, and where they were looked up. */
export type HardwareList = {
  /** The machines, in the list's order. */
  readonly machines: readonly Machine[];
  /** A file's path or an address. */
  readonly source: string;
  /** The day of the list, as an ISO date. */
  readonly fetched: string;
  /** A sentence on the list's age, where it is old or not known; else `null`. */
  readonly note: string | null;
};

/** Where to look. */
export type HardwareRequest = {
  /** A saved list; then nothing else is asked. */
  readonly file?: string;
  /** The Hub's address, without a slash at the end. */
  readonly hub: string;
  /** Where the list is kept. Default `.cache/hf/hardware.json`. */
  readonly cache?: string;
  /** The time now, in milliseconds since 1970. Default that of the clock. */
  readonly now?: number;
  /** In the place of the network. */
  readonly fetch?: typeof fetch;
};

/**
 * The machines that can be rented.
 *
 * @throws {UserError} If the file is missing or is no such list; or if there is none, the Hub cannot be reached and none is kept.
 */
export async function loadHardware(request: HardwareRequest): Promise<HardwareList> {
  return request.file === undefined ? await fromHub(request) : await fromFile(request.file);
}

/** What is kept: the list with the time of its fetching. */
const keptSchema = v.object({
  format: v.literal("exitlab.hardware/1"),
  hub: v.string(),
  fetched: v.pipe(v.string(), v.isoTimestamp()),
  hardware: v.unknown(),
});

type Kept = { readonly hub: string; readonly time: number; readonly hardware: readonly Hardware[] };

async function fromFile(path: string): Promise<HardwareList> {
  let text: string;
  let changed: Date;
  try {
    text = await Deno.readTextFile(path);
    changed = (await Deno.stat(path)).mtime ?? new Date(0);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`Cannot find "${path}" (--hardware)${howToGet}`);
    }
    throw new UserError(`Cannot read "${path}" (--hardware): ${errorMessage(error)}`);
  }
  const content = parseJson(text, path);
  const kept = v.safeParse(keptSchema, content);
  const hardware = kept.success ? kept.output.hardware : content;
  const fetched = kept.success ? new Date(kept.output.fetched) : changed;
  return {
    machines: readHardware(hardware).map(machineOf),
    source: path,
    fetched: day(fetched.getTime()),
    // A copy of a file, such as one that Git made, is younger than what it says.
    note: kept.success
      ? null
      : `How old the prices in ${path} are: ${
        day(changed.getTime())
      } is the day on which the file was written`,
  };
}

const howToGet = "; save one with: curl https://huggingface.co/api/jobs/hardware > hardware.json";

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read ${path} as JSON: ${errorMessage(error)}`);
  }
}

async function fromHub(
  { hub, cache = hardwareCache, now = Date.now(), fetch }: HardwareRequest,
): Promise<HardwareList> {
  const kept = await readKept(cache, hub);
  const source = `${hub}/api/jobs/hardware`;
  if (kept !== undefined && now - kept.time < freshFor && kept.time <= now) return listOf(kept, source, null);
  let hardware: Hardware[];
  try {
    const access = {
      host: hub,
      token: undefined,
      timeout: 20_000,
      // There is a way out if it does not answer, so that nobody should wait long.
      wait: (milliseconds: number): Promise<void> =>
        new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 500))),
      ...fetch === undefined ? {} : { fetch },
    };
    hardware = await fetchHardware(new HubClient(access));
  } catch (error) {
    if (kept !== undefined) {
      return listOf(
        kept,
        source,
        `The Hub could not be asked (${errorMessage(error)}); prices are of ${day(kept.time)}`,
      );
    }
    throw new UserError(
      `Cannot ask ${hub} which machines there are (${
        errorMessage(error)
      }), and no list is kept in ${cache}: give --hardware ` +
        `FILE${howToGet}`,
    );
  }
  const fresh: Kept = { hub, time: now, hardware };
  await keep(cache, fresh);
  return listOf(fresh, source, null);
}

function listOf({ hardware, time }: Kept, source: string, note: string | null): HardwareList {
  return { machines: hardware.map(machineOf), source, fetched: day(time), note };
}

/** The kept list; `undefined` if there is none, it is of another Hub or cannot be read. */
async function readKept(path: string, hub: string): Promise<Kept | undefined> {
  try {
    const kept = v.parse(keptSchema, JSON.parse(await Deno.readTextFile(path)));
    if (kept.hub !== hub) return undefined;
    return { hub, time: new Date(kept.fetched).getTime(), hardware: readHardware(kept.hardware) };
  } catch {
    return undefined;
  }
}

/** Keeps a list. Planning goes on where that is not possible. */
async function keep(path: string, { hub, time, hardware }: Kept): Promise<void> {
  const kept = { format: "exitlab.hardware/1", hub, fetched: new Date(time).toISOString(), hardware };
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const unfinished = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(unfinished, `${JSON.stringify(kept, null, 2)}\n`);
    await Deno.rename(unfinished, path);
  } catch {
    return;
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
