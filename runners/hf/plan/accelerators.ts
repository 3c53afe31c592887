/**
 * Accelerators whose speed is assumed: what their makers publish, and which share of it is reached. None of it was
 * measured here; docs/scale_out.md uses the same shares.
 *
 * @module
 */

/** What is assumed of an accelerator. */
export type Accelerator = {
  /** Its name. */
  readonly name: string;
  /** Memory of one, in GB (1e9). */
  readonly memory: number;
  /** Dense bfloat16 peak, operations a second; in float32 where it has no bfloat16. */
  readonly peak: number;
  /** The share of it that training reaches. */
  readonly peakShare: number;
  /** Memory bandwidth, bytes a second. */
  readonly bandwidth: number;
  /** Whether it has bfloat16; models are not planned for one without, unless it is asked for. */
  readonly bfloat16: boolean;
};

/** The share of the bandwidth that drawing reaches. */
export const bandwidthShare = 0.6;

type Row = { readonly model: RegExp; readonly accelerator: Accelerator };

/** From the makers' data sheets: dense figures, without sparsity. */
const rows: readonly Row[] = [
  row(/\bT4\b/i, "T4", 16, 8.1e12, 0.4, 0.32e12, false),
  row(/\bL4\b/i, "L4", 24, 121e12, 0.4, 0.3e12),
  row(/\bA10G?\b/i, "A10G", 24, 70e12, 0.4, 0.6e12),
  row(/\bL40S\b/i, "L40S", 48, 362e12, 0.35, 0.864e12),
  row(/\bA100\b/i, "A100", 80, 312e12, 0.4, 2.04e12),
  row(/\bH100\b/i, "H100", 80, 989e12, 0.35, 3.35e12),
  row(/\bH200\b/i, "H200", 141, 989e12, 0.35, 4.8e12),
  row(/\bRTX[- ]?PRO[- ]?6000\b/i, "RTX PRO 6000", 96, 503e12, 0.35, 1.79e12),
];

function row(
  model: RegExp,
  name: string,
  memory: number,
  peak: number,
  peakShare: number,
  bandwidth: number,
  bfloat16 = true,
): Row {
  return { model, accelerator: { name, memory, peak, peakShare, bandwidth, bfloat16 } };
}

/**
 * What is assumed of an accelerator.
 *
 * @param model As the Hub names it, such as `"A100"`.
 * @returns `undefined` if nothing is known of it.
 *
 * @example
 * ```ts
 * import { knownAccelerator } from "exitlab/runners/hf/plan/accelerators.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(knownAccelerator("Nvidia A100")?.memory, 80);
 * assert.equal(knownAccelerator("L40S")?.name, "L40S");
 * assert.equal(knownAccelerator("Inferentia 2"), undefined);
 * ```
 */
export function knownAccelerator(model: string): Accelerator | undefined {
  return rows.find((each) => each.model.test(model))?.accelerator;
}
