/**
 * What it costs to replay the ground truth of BFCL's base file, all calls and states of its 200 rows; and, where Python has
 * `bfcl-eval`, the same in the original, the two in turn.
 *
 * @module
 */
import { bfclRows } from "../domains/tool_use/bfcl/rows.ts";
import { callMethod, initialWorld } from "../domains/tool_use/bfcl/world.ts";
import { row } from "./row.ts";

const rounds = 5;

/** The seconds of one replay here. */
function replayHere(): number {
  const rows = bfclRows("base");
  const began = performance.now();
  for (const each of rows) {
    let world = initialWorld(each);
    for (const call of each.groundTruth.flat()) {
      world = callMethod(world, call.class, call.name, call.args).world;
    }
  }
  return (performance.now() - began) / 1000;
}

/** The original, replaying on request in a process that stays; `undefined` where Python does not have it. */
class Original {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor() {
    const script = new URL("peers/bfcl_original.py", import.meta.url).pathname;
    const data = new URL("../domains/tool_use/bfcl/data", import.meta.url).pathname;
    this.#child = new Deno.Command("python3", {
      args: [script, data],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The seconds of one replay; `undefined` if the process cannot. */
  async replay(): Promise<number | undefined> {
    try {
      await this.#writer.write(new TextEncoder().encode("replay\n"));
      const { value } = await this.#reader.read();
      return value === undefined ? undefined : Number(value);
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#writer.close();
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }
}

/** Replays in turn and prints times. */
export async function benchTools(): Promise<void> {
  const original = new Original();
  const here: number[] = [];
  const there: number[] = [];
  for (let round = 0; round < rounds; round++) {
    here.push(replayHere());
    const seconds = await original.replay();
    if (seconds !== undefined) there.push(seconds);
  }
  await original.close();
  const own = median(here);
  row("BFCL, 200 ground truths of base", `${own.toFixed(3)} s`, "mark 1 s");
  if (there.length === 0) {
    row("BFCL, the original", "not compared", "this Python has no bfcl-eval (pip install bfcl-eval)");
    return;
  }
  const theirs = median(there);
  row(
    "BFCL, the original in Python",
    `${theirs.toFixed(3)} s`,
    `original ÷ here: ${(theirs / own).toFixed(2)}`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

if (import.meta.main) await benchTools();
