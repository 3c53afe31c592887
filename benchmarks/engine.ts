/**
 * How fast the embedded engine trains and samples: d 128, 4 layers, 4 heads, batches of 32 × 64 and 512 × 16 tokens.
 * Where Python has torch, the same model in PyTorch takes turns with it, once with one thread and once with two; the
 * ratio is to the faster. Training is forward, backward and AdamW; sampling draws all tokens but the first of each
 * sequence with a key-value cache.
 *
 * deno run -A benchmarks/engine.ts [--rounds N] [--workers N] [--python FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Policy } from "../lib/engine/engine.ts";
import { tinyTransformer } from "../lib/engine/tiny_transformer.ts";
import { Random } from "../lib/random.ts";
import { embeddedEngine } from "../runners/local/engine.ts";
import { print } from "../runners/cli/command.ts";

/** One thing that is measured. */
interface Load {
  readonly what: "train" | "sample";
  readonly batch: number;
  readonly length: number;
}

const loads: readonly Load[] = [
  { what: "train", batch: 32, length: 64 },
  { what: "train", batch: 512, length: 16 },
  { what: "sample", batch: 32, length: 64 },
  { what: "sample", batch: 512, length: 16 },
];

/** Repeats of a load in each round. */
const REPEATS = 3;

/** Something that can be measured: tokens a second of each repeat. */
interface Runner {
  readonly name: string;
  measure(load: Load): Promise<number[]>;
  close(): Promise<void>;
}

const adam = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };

async function openEmbedded(workers?: number): Promise<Runner> {
  const engine = embeddedEngine(workers === undefined ? {} : { workers });
  const policy = await engine.open(tinyTransformer({ width: 128, layers: 4, heads: 4, context: 64 }), 1);
  const random = new Random(1, "benchmark");
  await unlearnStop(policy);
  return {
    name: `exitlab (${(await engine.capabilities()).description})`,
    async measure({ what, batch, length }) {
      const rates: number[] = [];
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        const run = what === "train"
          ? prepareTraining(policy, random, batch, length)
          : prepareSampling(policy, random, batch, length);
        const started = performance.now();
        const tokens = await run();
        rates.push(1000 * tokens / (performance.now() - started));
      }
      return rates;
    },
    close: () => policy.close(),
  };
}

/** Makes the stop token all but impossible, so that every completion runs to its full length, as PyTorch's do. */
async function unlearnStop(policy: Policy): Promise<void> {
  const [stop = 0] = policy.tokenizer.stop;
  for (let step = 0; step < 40; step++) {
    const data = Array.from({ length: policy.tokenizer.vocabulary }, (_, token) => ({
      tokens: [token, stop],
      coefficients: Float32Array.of(0, -0.01),
    }));
    await policy.forwardBackward(data, { temperature: 1 });
    await policy.optimStep({ ...adam, learningRate: 1e-2 });
  }
  await policy.publish();
}

function prepareTraining(
  policy: Policy,
  random: Random,
  batch: number,
  length: number,
): () => Promise<number> {
  const data = Array.from({ length: batch }, () => ({
    tokens: Array.from({ length }, () => random.int(policy.tokenizer.vocabulary)),
    coefficients: Float32Array.from({ length }, (_, at) => at === 0 ? 0 : 2 * random.next() - 1),
  }));
  return async () => {
    const { tokens } = await policy.forwardBackward(data, { temperature: 1 });
    await policy.optimStep(adam);
    return tokens;
  };
}

function prepareSampling(
  policy: Policy,
  random: Random,
  batch: number,
  length: number,
): () => Promise<number> {
  const requests = Array.from({ length: batch }, () => ({
    prompt: [random.int(policy.tokenizer.vocabulary)],
    maxTokens: length - 1,
    temperature: 1,
    topP: 1,
    seed: random.bits(),
  }));
  return async () => (await policy.sample(requests)).reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** PyTorch in a process of its own; `undefined` if this Python has no torch. */
async function openTorch(python: string, threads: number): Promise<Runner | undefined> {
  const script = new URL("./peers/torch_engine.py", import.meta.url).pathname;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(python, {
      args: [script, `${threads}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  const readLine = async (): Promise<string | undefined> => {
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) return undefined;
      text += value;
    }
    return text;
  };
  const close = async (): Promise<void> => {
    await input.close().catch(() => {});
    await lines.cancel();
    await child.status;
  };
  const hello = await readLine();
  if (hello === undefined) {
    await close();
    return undefined;
  }
  return {
    name: `PyTorch ${JSON.parse(hello).torch}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    async measure({ what, batch, length }) {
      await input.write(new TextEncoder().encode(`${what} ${batch} ${length} ${REPEATS}\n`));
      const seconds: number[] = JSON.parse(await readLine() ?? "[]");
      return seconds.map((second) => batch * (what === "train" ? length : length - 1) / second);
    },
    close,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, workers: { type: "string" }, python: { type: "string" } },
  });
  const rounds = Number(values.rounds ?? 3);
  const python = values.python ?? "python3";
  const own = await openEmbedded(values.workers === undefined ? undefined : Number(values.workers));
  const peers = (await Promise.all([openTorch(python, 1), openTorch(python, 2)])).filter((peer) =>
    peer !== undefined
  );
  const runners = [own, ...peers];
  const rates = new Map<string, number[]>();
  // The first round warms up compilers and caches and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const load of loads) {
      for (const runner of runners) {
        const rate = median(await runner.measure(load));
        const key = `${runner.name}/${label(load)}`;
        if (round > 0) rates.set(key, [...rates.get(key) ?? [], rate]);
      }
    }
  }
  printTable(runners, peers, rates, rounds);
  for (const runner of runners) await runner.close();
}

function label({ what, batch, length }: Load): string {
  return `${what} ${batch}×${length}`;
}

function printTable(
  runners: readonly Runner[],
  peers: readonly Runner[],
  rates: ReadonlyMap<string, readonly number[]>,
  rounds: number,
): void {
  const rate = (runner: Runner, load: Load): number =>
    median(rates.get(`${runner.name}/${label(load)}`) ?? []);
  const width = Math.max(...runners.map(({ name }) => name.length), 20);
  const row = (name: string, cells: readonly string[]): void =>
    print(name.padEnd(width) + cells.map((cell) => cell.padStart(16)).join(""));
  print(`Tokens a second, median of ${rounds} rounds of ${REPEATS}; d 128, 4 layers, 4 heads`);
  row("", loads.map(label));
  for (const runner of runners) {
    row(
      runner.name,
      loads.map((load) => Math.round(rate(runner, load)).toLocaleString("en")),
    );
  }
  const [own] = runners;
  if (own === undefined) return;
  if (peers.length === 0) {
    print("Not compared with PyTorch: this Python has no torch (pip install torch, or --python FILE)");
    return;
  }
  row(
    "ratio to the best",
    loads.map((load) => {
      const best = Math.max(...peers.map((peer) => rate(peer, load)));
      return `${(rate(own, load) / best).toFixed(2)}×`;
    }),
  );
}

if (import.meta.main) await main();
