/**
 * How fast and how well the machine-learning kit's boosting learns, on two of the shipped tables; and, where Python has
 * scikit-learn, its HistGradientBoosting with the same parameters, the two in turn and with one thread each. Every fifth
 * row is held out.
 *
 * deno run -A benchmarks/mlkit.ts [--rounds N] [--python FILE]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { boostingClassifier, boostingRegressor, type Matrix, matrix } from "../domains/mle/mlkit/models.ts";
import { row } from "./row.ts";

/** One thing that is measured. */
interface Load {
  readonly name: string;
  readonly table: URL;
  readonly target: string;
  readonly kind: "classification" | "regression";
  readonly options: { readonly trees: number };
}

/** What came of a load: how long the fit took and what it says of the held-out rows. */
interface Outcome {
  readonly seconds: number;
  readonly predictions: readonly number[];
}

const competitions = new URL("../domains/mle/competitions/", import.meta.url);

const loads: readonly Load[] = [
  {
    name: "digits, 100 × 10 trees",
    table: new URL("digits/table.csv", competitions),
    target: "label",
    kind: "classification",
    options: { trees: 100 },
  },
  {
    name: "doctor visits, 200 trees",
    table: new URL("doctor-visits/table.csv", competitions),
    target: "mdvis",
    kind: "regression",
    options: { trees: 200 },
  },
];

/** Of how many rows one is held out. */
const every = 5;

/** A load's table in two. */
interface Parts {
  readonly X: Matrix;
  readonly y: Float64Array;
  readonly unseen: Matrix;
  readonly truth: Float64Array;
}

/** Reads a table of numbers. The targets of a regression are log(1 + y), so that its error is the RMSLE. */
async function read({ table, target, kind }: Load): Promise<Parts> {
  const [header = "", ...lines] = (await Deno.readTextFile(table)).trim().split("\n");
  const at = header.split(",").indexOf(target);
  const rows = lines.map((line) => line.split(",").map((text) => text === "" ? NaN : Number(text)));
  const part = (held: boolean): { readonly X: Matrix; readonly y: Float64Array } => {
    const kept = rows.filter((_, index) => (index % every === 0) === held);
    const values = kept.flatMap((cells) => cells.filter((_, column) => column !== at));
    const y = Float64Array.from(kept, (cells) => cells[at] ?? NaN);
    return {
      X: matrix(kept.length, values.length / kept.length, Float64Array.from(values)),
      y: kind === "regression" ? y.map((value) => Math.log1p(value)) : y,
    };
  };
  const { X: unseen, y: truth } = part(true);
  return { ...part(false), unseen, truth };
}

function fitHere({ kind, options }: Load, { X, y, unseen }: Parts): Outcome {
  const began = performance.now();
  const model = kind === "regression"
    ? boostingRegressor(options).fit(X, y)
    : boostingClassifier(options).fit<number>(X, y);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, predictions: [...model.predict(unseen)] };
}

/** scikit-learn, fitting on request in a process that stays. */
class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(python: string) {
    const script = new URL("peers/mlkit_sklearn.py", import.meta.url).pathname;
    this.#child = new Deno.Command(python, {
      args: [script, "bench"],
      env: { OMP_NUM_THREADS: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async fit({ table, target, kind, options }: Load): Promise<Outcome> {
    const request = JSON.stringify({ table: table.pathname, target, kind, options, every });
    await this.#writer.write(new TextEncoder().encode(`${request}\n`));
    while (!this.#rest.includes("\n")) {
      const { value } = await this.#reader.read();
      if (value === undefined) throw new Error("The peer ended before it answered");
      this.#rest += value;
    }
    const line = this.#rest.slice(0, this.#rest.indexOf("\n"));
    this.#rest = this.#rest.slice(line.length + 1);
    return JSON.parse(line);
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}

/** The peer, or `undefined` if this Python has no scikit-learn. */
async function openPeer(python: string): Promise<Peer | undefined> {
  try {
    const asked = new Deno.Command(python, {
      args: ["-c", "import sklearn"],
      stdout: "null",
      stderr: "null",
    });
    return (await asked.output()).success ? new Peer(python) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The accuracy, or the RMSLE with the R² of log(1 + y). */
function quality({ kind }: Load, truth: Float64Array, predictions: readonly number[]): string {
  if (kind === "classification") {
    const right = predictions.filter((value, at) => value === truth[at]).length;
    return `accuracy ${(right / truth.length).toFixed(4)}`;
  }
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const spread = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = predictions.reduce((sum, value, at) => sum + (value - (truth[at] ?? NaN)) ** 2, 0);
  return `RMSLE ${Math.sqrt(error / truth.length).toFixed(4)}, R² ${(1 - error / spread).toFixed(4)}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Fits in turn and prints seconds and qualities. */
export async function benchKit(rounds: number, python: string): Promise<void> {
  const peer = await openPeer(python);
  for (const load of loads) {
    const parts = await read(load);
    const here: Outcome[] = [];
    const there: Outcome[] = [];
    for (let round = 0; round < rounds; round++) {
      here.push(fitHere(load, parts));
      if (peer !== undefined) there.push(await peer.fit(load));
    }
    const report = (name: string, outcomes: readonly Outcome[], remark: string): void => {
      const seconds = median(outcomes.map((outcome) => outcome.seconds));
      const found = quality(load, parts.truth, outcomes[0]?.predictions ?? []);
      row(`${load.name}, ${name}`, `${seconds.toFixed(2)} s`, `${found}${remark}`);
    };
    report("mlkit", here, `; ${parts.X.rows} × ${parts.X.columns}`);
    if (there.length > 0) report("scikit-learn", there, "; one thread");
  }
  if (peer === undefined) {
    row("scikit-learn", "not compared", "this Python has none (pip install scikit-learn, or --python FILE)");
  }
  await peer?.close();
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: "string" }, python: { type: "string" } } });
  await benchKit(Number(values.rounds ?? 3), values.python ?? "python3");
}
