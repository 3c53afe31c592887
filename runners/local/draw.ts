import {
  type Activations,
  embedRows,
  finishBlock,
  forwardRows,
  type Machine,
  multiply,
  reserveActivations,
  startBlock,
} from "./forward.ts";
import { KeyValueCache } from "./key_value_cache.ts";
import type { Draw, Drawn, SampleTask } from "./tasks.ts";

/** One completion while it grows. */
interface Growing {
  readonly draw: Draw;
  /** How many tokens its prompt has, and where the cache keeps them. */
  readonly promptRows: number;
  readonly promptAt: number;
  /** Where the cache keeps its own tokens. */
  readonly ownAt: number;
  readonly tokens: number[];
  readonly logprobs: number[];
}

/** Draws completions side by side under the published weights; each as if it were alone. */
export function drawCompletions(machine: Machine, task: SampleTask): Drawn[] {
  const { arena, layout } = machine;
  arena.clear();
  const { all, cache } = plan(machine, task);
  const ends = arena.numbers(task.prompts.length * layout.shape.width);
  readPrompts(machine, task.prompts, cache, ends);
  const activations = reserveActivations(machine, all.length, false);
  const room = { normed: arena.numbers(all.length * layout.shape.width), roots: arena.numbers(all.length) };
  const logits = arena.numbers(all.length * layout.shape.vocabulary);
  const logprob = arena.numbers(1);
  const mark = arena.mark();
  const { kernels } = machine;
  let active = all;
  const sources = arena.placeIntegers(Uint32Array.from(all, ({ draw }) => draw.prompt));
  kernels.gatherRows(ends, sources, activations.output, all.length, layout.shape.width);
  for (let count = 0; active.length > 0; count++) {
    if (count > 0) step(machine, active, count, cache, activations);
    headRows(machine, activations, room.normed, room.roots, logits, active.length);
    for (const [row, { draw, tokens, logprobs }] of active.entries()) {
      const at = logits + 4 * row * layout.shape.vocabulary;
      const { vocabulary } = layout.shape;
      tokens.push(kernels.drawToken(at, vocabulary, draw.temperature, draw.topP, draw.seed, count, logprob));
      logprobs.push(arena.floats(logprob, 1)[0] ?? NaN);
    }
    active = active.filter(({ draw, tokens }) =>
      tokens.length < draw.maxTokens && !task.stop.includes(tokens.at(-1) ?? -1)
    );
    arena.clear(mark);
  }
  return all.map(({ tokens, logprobs }) => ({ tokens, logprobs: Float32Array.from(logprobs) }));
}

/** Gives every prompt and every completion its place in the cache. */
function plan(machine: Machine, { prompts, draws }: SampleTask): { all: Growing[]; cache: KeyValueCache } {
  let next = 0;
  const places = prompts.map(({ length }) => {
    next += length;
    return { promptRows: length, promptAt: next - length };
  });
  const all = draws.map((draw) => {
    const place = places[draw.prompt];
    if (place === undefined) throw new RangeError(`No prompt ${draw.prompt}`);
    next += draw.maxTokens;
    return { draw, ...place, ownAt: next - draw.maxTokens, tokens: [], logprobs: [] };
  });
  return { all, cache: new KeyValueCache(machine, next) };
}

/** Fills the cache with the prompts' keys and values, and `ends` with the stream at the last token of each. */
function readPrompts(
  machine: Machine,
  prompts: readonly Uint32Array[],
  cache: KeyValueCache,
  ends: number,
): void {
  const { kernels, arena, layout } = machine;
  const { width } = layout.shape;
  let cached = 0;
  for (let first = 0; first < prompts.length;) {
    const mark = arena.mark();
    const batch: Uint32Array[] = [];
    let rows = 0;
    for (const prompt of prompts.slice(first)) {
      if (rows + prompt.length > layout.rows) break;
      batch.push(prompt);
      rows += prompt.length;
    }
    const activations = reserveActivations(machine, rows, false);
    const { packed, lastRows } = packPrompts(batch, rows);
    forwardRows(machine, layout.published, packed, activations, (layer, { qkv }) => {
      kernels.copyRows(qkv + 4 * width, 12 * width, cache.at(layer, cached), 8 * width, rows, 8 * width);
    });
    const to = ends + 4 * first * width;
    kernels.gatherRows(activations.output, arena.placeIntegers(lastRows), to, batch.length, width);
    first += batch.length;
    cached += rows;
    arena.clear(mark);
  }
}

function packPrompts(prompts: readonly Uint32Array[], rows: number) {
  const tokens = new Uint32Array(rows);
  const positions = new Uint32Array(rows);
  let start = 0;
  const segments = prompts.map((prompt) => {
    tokens.set(prompt, start);
    positions.set(prompt.keys().toArray(), start);
    start += prompt.length;
    return { start: start - prompt.length, rows: prompt.length, prefixStart: 0, prefixRows: 0 };
  });
  const lastRows = Uint32Array.from(segments, ({ start, rows }) => start + rows - 1);
  return { packed: { tokens, positions, segments }, lastRows };
}

/** The last token of each active completion through all blocks. */
function step(
  machine: Machine,
  active: readonly Growing[],
  count: number,
  cache: KeyValueCache,
  activations: Activations,
): void {
  const { kernels, layout } = machine;
  const { width, heads } = layout.shape;
  const tokens = Uint32Array.from(active, (growing) => growing.tokens.at(-1) ?? 0);
  const positions = Uint32Array.from(active, ({ promptRows }) => promptRows + count - 1);
  const block = activations.blocks[0];
  if (block === undefined) throw new RangeError("No blocks");
  embedRows(machine, layout.published, tokens, positions, block.input);
  for (const [layer, tensors] of layout.tensors.blocks.entries()) {
    const next = layer + 1 < layout.shape.layers ? block.input : activations.output;
    startBlock(machine, layout.published, tensors, block, activations.scratch, active.length);
    for (const [row, { promptAt, promptRows, ownAt }] of active.entries()) {
      const q = block.qkv + 12 * row * width;
      kernels.copyRows(q + 4 * width, 0, cache.at(layer, ownAt + count - 1), 0, 1, 8 * width);
      const out = block.attended + 4 * row * width;
      const [prompt, own] = [cache.at(layer, promptAt), cache.at(layer, ownAt)];
      kernels.attendOne(q, prompt, promptRows, own, count, width, heads, out, activations.scratch);
    }
    finishBlock(machine, layout.published, tensors, block, activations, next, active.length);
  }
}

function headRows(
  { kernels, layout }: Machine,
  { output, scratch }: Activations,
  normed: number,
  roots: number,
  logits: number,
  rows: number,
): void {
  const { tensors, shape } = layout;
  const gain = layout.published.plain + 4 * tensors.norm.offset;
  kernels.rmsNorm(output, gain, normed, roots, rows, shape.width);
  multiply(kernels, layout.published, tensors.head, normed, logits, rows, false, scratch);
}
