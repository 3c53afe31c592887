/**
 * The compiled kernels: what they export, and which of the two builds this machine can run. Addresses are bytes into the
 * one shared memory, strides are bytes, sizes are numbers (float32) unless a name says otherwise. The source in
 * `assembly/` says what each does.
 *
 * @module
 */

/** `"relaxed"` uses fused multiply-add where the machine has it; `"plain"` runs wherever WebAssembly has SIMD. */
export type KernelBuild = "relaxed" | "plain";

/** Both builds, the faster first. */
export const kernelBuilds: readonly KernelBuild[] = ["relaxed", "plain"];

/** The functions of a build. */
export interface Kernels {
  /** The first free byte of the memory. */
  heapBase(): number;
  /** How many numbers of scratch products need, the largest matrix side being `columns`. */
  scratchNumbers(columns: number): number;
  /** C[m, n] (+)= A[m, k] · B[k, n], B packed by `packColumns` or `packRows`; `scratch` holds `scratchNumbers`. */
  gemm(
    a: number,
    lda: number,
    b: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
    add: boolean,
    scratch: number,
  ): void;
  /** C[m, n] += Aᵀ · B for A[rows, m], B[rows, n]; `scratch` as for `gemm`. */
  gemmTransposed(
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    rows: number,
    m: number,
    n: number,
    scratch: number,
  ): void;
  /** Packs B[k, n] for `gemm`. */
  packColumns(b: number, ldb: number, k: number, n: number, out: number): void;
  /** Packs Bᵀ for `gemm`, given B[n, k]. */
  packRows(b: number, ldb: number, n: number, k: number, out: number): void;
  /** y = x · gain / root mean square of x, row by row. */
  rmsNorm(x: number, gain: number, y: number, inverse: number, rows: number, width: number): void;
  /** Adds to the gradients of x and of the gain. */
  rmsNormBackward(
    dy: number,
    x: number,
    gain: number,
    inverse: number,
    dx: number,
    dgain: number,
    rows: number,
    width: number,
  ): void;
  /** y[r] = first[firstIndex[r]] + second[secondIndex[r]]. */
  embed(
    first: number,
    firstIndex: number,
    second: number,
    secondIndex: number,
    y: number,
    rows: number,
    width: number,
  ): void;
  /** y[r] = x[index[r]]. */
  gatherRows(x: number, index: number, y: number, rows: number, width: number): void;
  /** y[index[r]] += x[r]. */
  scatterAddRows(x: number, index: number, y: number, rows: number, width: number): void;
  /** Copies rows of `bytes` bytes. */
  copyRows(x: number, ldx: number, y: number, ldy: number, rows: number, bytes: number): void;
  /** Copies bytes. */
  copy(from: number, to: number, bytes: number): void;
  /** Sets bytes to zero. */
  zero(to: number, bytes: number): void;
  /** h = gelu(u). */
  gelu(u: number, h: number, count: number): void;
  /** h = gelu(u); dh becomes du. */
  geluBackward(u: number, h: number, dh: number, count: number): void;
  /** Causal attention of one head over a segment behind a shared prefix. */
  attend(
    q: number,
    k: number,
    v: number,
    prefixK: number,
    prefixV: number,
    stride: number,
    prefixRows: number,
    rows: number,
    size: number,
    out: number,
    outStride: number,
    scratch: number,
  ): void;
  /** The way back: stores dq, adds to dk and dv. */
  attendBackward(
    q: number,
    k: number,
    v: number,
    prefixK: number,
    prefixV: number,
    stride: number,
    prefixRows: number,
    rows: number,
    size: number,
    dOut: number,
    outStride: number,
    dq: number,
    dk: number,
    dv: number,
    prefixDk: number,
    prefixDv: number,
    scratch: number,
  ): void;
  /** Attention of one new row, all heads, over cached keys and values. */
  attendOne(
    q: number,
    prefix: number,
    prefixRows: number,
    own: number,
    ownRows: number,
    width: number,
    heads: number,
    out: number,
    scratch: number,
  ): void;
  /** Log-probabilities, entropies and, with `backward`, gradients of rows of logits. */
  scoreRows(
    logits: number,
    targets: number,
    coefficients: number,
    entropyWeights: number,
    temperature: number,
    rows: number,
    vocabulary: number,
    logprobs: number,
    entropies: number,
    backward: boolean,
  ): void;
  /** Draws one token from a row of logits. */
  drawToken(
    logits: number,
    vocabulary: number,
    temperature: number,
    topP: number,
    seed: number,
    count: number,
    logprob: number,
  ): number;
  /** Sums shards in order; returns the sum of squares of the result. */
  reduceShards(shards: number, stride: number, count: number, to: number, size: number): number;
  /** One step of AdamW. */
  adam(
    weights: number,
    gradient: number,
    first: number,
    second: number,
    size: number,
    scale: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    decay: number,
    unbias1: number,
    unbias2: number,
  ): void;
}

const names: readonly (keyof Kernels)[] = [
  ...["heapBase", "scratchNumbers", "gemm", "gemmTransposed", "packColumns", "packRows"] as const,
  ...[
    "rmsNorm",
    "rmsNormBackward",
    "embed",
    "gatherRows",
    "scatterAddRows",
    "copyRows",
    "copy",
    "zero",
  ] as const,
  ...["gelu", "geluBackward", "attend", "attendBackward", "attendOne", "scoreRows", "drawToken"] as const,
  ...["reduceShards", "adam"] as const,
];

/** Where a build lies. */
export function kernelFile(build: KernelBuild): URL {
  return new URL(`./${build}.wasm`, import.meta.url);
}

/** The fastest build that this machine can run, compiled. Needs permission to read its file. */
export async function loadKernels(
  builds: readonly KernelBuild[] = kernelBuilds,
): Promise<{ build: KernelBuild; module: WebAssembly.Module }> {
  for (const build of builds) {
    const bytes = await Deno.readFile(kernelFile(build));
    if (WebAssembly.validate(bytes)) return { build, module: await WebAssembly.compile(bytes) };
  }
  throw new Error("This machine's WebAssembly lacks SIMD, which the embedded engine needs");
}

/** The functions of a compiled build, working on `memory`. */
export function bindKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!exportsKernels(exports)) {
    throw new Error("The compiled kernels do not match this version: run deno task kernels");
  }
  return exports;
}

function exportsKernels(exports: WebAssembly.Exports): exports is WebAssembly.Exports & Kernels {
  return names.every((name) => typeof exports[name] === "function");
}
