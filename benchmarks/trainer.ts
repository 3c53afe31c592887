/**
 * How fast the self-hosted trainer trains and samples on one thread of the CPU, over HTTP, against a plain PyTorch loop of
 * the same model in one process: a Llama of 5.3 million parameters with random weights, batches of 32 × 256 tokens
 * and of mixed lengths, taking turns. Training is `forward_backward` and `optim_step`; the plain loop's sampling is
 * the `generate` of transformers.
 *
 * deno run -A benchmarks/trainer.ts [--rounds N] [--python FILE]
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Datum } from "../lib/engine/engine.ts";
import { Random } from "../lib/random.ts";
import { TinkerClient, type TinkerModel } from "../runners/tgi/tinker/client.ts";
import { startTrainer, tinyLlama, trainerCommand } from "../tests/support/trainer.ts";
import { row } from "./row.ts";

/** What the tiny Llama is made larger by. */
const sizes = {
  "vocab_size": 4096,
  "hidden_size": 256,
  "intermediate_size": 704,
  "num_hidden_layers": 4,
  "max_position_embeddings": 512,
};
const [sequences, longest, microTokens, prompt, drawn, learningRate] = [32, 256, 4096, 64, 64, 1e-4];
const adam = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };

/** One thing that is measured. */
interface Load {
  readonly name: string;
  /** The tokens of each sequence; `undefined` for sampling. */
  readonly lengths?: readonly number[];
}

const evenly = Array.from({ length: sequences }, (_, index) => longest * (index + 1) / sequences);
const loads: readonly Load[] = [
  { name: `train ${sequences} × ${longest}`, lengths: evenly.map(() => longest) },
  { name: `train ${sequences} × ${evenly[0]} to ${longest}`, lengths: evenly },
  { name: `sample ${sequences} × ${drawn} after ${prompt}` },
];

/** Something that can be measured: tokens a second. */
interface Runner {
  readonly name: string;
  measure(load: Load, random: Random): Promise<number>;
  close(): Promise<void>;
}

async function openTrainer(model: string): Promise<Runner> {
  const args = ["--random-weights", "--device", "cpu", "--micro-tokens", String(microTokens)];
  const trainer = await startTrainer({ model, args });
  const client = await TinkerClient.connect({ url: trainer.url });
  const opened = await client.openModel({ model: "local/model", rank: 0, seed: 1 });
  return {
    name: `trainer, ${((opened.parameters ?? NaN) / 1e6).toFixed(1)} M parameters`,
    measure: (load, random) =>
      load.lengths === undefined ? sampleThere(opened, random) : trainThere(opened, load.lengths, random),
    close: async () => {
      await client.close();
      await trainer.stop();
    },
  };
}

async function trainThere(model: TinkerModel, lengths: readonly number[], random: Random): Promise<number> {
  const batch = drawBatch(lengths, random);
  const began = performance.now();
  const { tokens } = await model.forwardBackward(batch, { temperature: 1 });
  await model.optimStep(adam);
  return 1000 * tokens / (performance.now() - began);
}

async function sampleThere(model: TinkerModel, random: Random): Promise<number> {
  await model.publish();
  const requests = drawPrompts(random).map((tokens) => ({
    prompt: tokens,
    maxTokens: drawn,
    temperature: 1,
    topP: 1,
    seed: random.bits(),
  }));
  const began = performance.now();
  const completions = await model.sample(requests);
  const seconds = (performance.now() - began) / 1000;
  return completions.reduce((sum, { tokens }) => sum + tokens.length, 0) / seconds;
}

/** The plain loop in a process of its own; `undefined` if this Python lacks what it needs. */
async function openPlain(model: string, python: string): Promise<Runner | undefined> {
  const script = new URL("./peers/plain_torch.py", import.meta.url).pathname;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(python, {
      args: [script, model, String(microTokens)],
      env: { OMP_NUM_THREADS: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  /** The next line as JSON; `undefined` at the end. */
  const read = async (): Promise<unknown> => {
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) return undefined;
      text += value;
    }
    return JSON.parse(text);
  };
  const close = async (): Promise<void> => {
    await input.close().catch(() => {});
    await lines.cancel();
    await child.status;
  };
  const hello = await read();
  if (typeof hello !== "string") {
    await close();
    return undefined;
  }
  const ask = async (request: unknown): Promise<number> => {
    await input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const seconds = await read();
    if (typeof seconds !== "number") throw new Error("The plain loop ended");
    return seconds;
  };
  return {
    name: `plain loop, ${hello}`,
    measure: async ({ lengths }, random) => {
      if (lengths === undefined) {
        return sequences * drawn / await ask({ sample: drawPrompts(random), tokens: drawn });
      }
      const batch = drawBatch(lengths, random);
      const weights = batch.map(({ coefficients }) => Array.from(coefficients));
      const count = lengths.reduce((sum, length) => sum + length, 0);
      return count / await ask({ train: batch.map(({ tokens }) => tokens), weights });
    },
    close,
  };
}

function drawTokens(length: number, random: Random): number[] {
  return Array.from({ length }, () => random.int(sizes.vocab_size));
}

/** Every token but the first has a weight, of either sign. */
function drawBatch(lengths: readonly number[], random: Random): Datum[] {
  return lengths.map((length) => ({
    tokens: drawTokens(length, random),
    coefficients: Float32Array.from({ length }, (_, at) => at === 0 ? 0 : 2 * random.next() - 1),
  }));
}

function drawPrompts(random: Random): number[][] {
  return Array.from({ length: sequences }, () => drawTokens(prompt, random));
}

/** The model's folder: the tiny Llama's, but larger. */
async function writeModel(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await Deno.copyFile(join(tinyLlama, name), join(folder, name));
  }
  const config = JSON.parse(await Deno.readTextFile(join(tinyLlama, "config.json")));
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify({ ...config, ...sizes }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Measures both by turns, and prints medians: of the rates, and of the ratios of each round. */
export async function benchTrainer(rounds: number, python: string | undefined): Promise<void> {
  if (trainerCommand === undefined) {
    row("trainer, tokens a second", "not measured", "exitlab-trainer is not installed");
    return;
  }
  const folder = await Deno.makeTempDir();
  const runners: Runner[] = [];
  try {
    const model = join(folder, "model");
    await writeModel(model);
    runners.push(await openTrainer(model));
    const plain = await openPlain(model, python ?? await findPython(trainerCommand));
    if (plain !== undefined) runners.push(plain);
    const rates = await measureAll(runners, rounds);
    row("trainer, tokens a second on one thread", `median of ${rounds}`);
    for (const load of loads) printLoad(load, runners, rates);
    if (plain === undefined) {
      row("  plain loop", "not measured", "this Python has no transformers (--python FILE)");
    }
  } finally {
    for (const runner of runners) await runner.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The Python that the trainer was installed for, if there is one beside it. */
async function findPython(command: string): Promise<string> {
  const beside = join(dirname(command), "python");
  return await Deno.stat(beside).then(() => beside, () => "python3");
}

/** Tokens a second by load and runner. */
async function measureAll(runners: readonly Runner[], rounds: number): Promise<Map<Load, number[][]>> {
  const random = new Random(1, "benchmark");
  const rates = new Map(loads.map((load) => [load, runners.map((): number[] => [])]));
  // The first round warms up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const [load, own] of rates) {
      for (const [index, runner] of runners.entries()) {
        const rate = await runner.measure(load, random);
        if (round > 0) own[index]?.push(rate);
      }
    }
  }
  return rates;
}

function printLoad(load: Load, runners: readonly Runner[], rates: ReadonlyMap<Load, number[][]>): void {
  const [own = [], plain = []] = rates.get(load) ?? [];
  // Rates of one round were measured one after the other, while the machine was as busy with other things.
  const ratio = median(own.map((rate, round) => rate / (plain[round] ?? NaN)));
  for (const [index, { name }] of runners.entries()) {
    const rate = median(index === 0 ? own : plain);
    const remark = index === 0 && plain.length > 0 ? `${ratio.toFixed(2)}× the plain loop` : "";
    row(`  ${load.name}, ${name}`, Math.round(rate).toLocaleString("en"), remark);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: "string" }, python: { type: "string" } } });
  await benchTrainer(Number(values.rounds ?? 3), values.python);
}
