/** What the WebAssembly modules export. */
export { adam, reduceShards } from "./adam";
export { attend, attendBackward } from "./attention";
export { attendOne } from "./decode";
export { gelu, geluBackward } from "./gelu";
export { gemm, gemmTransposed, scratchNumbers } from "./gemm";
export { scoreRows } from "./loss";
export { packColumns, packRows } from "./pack";
export { copy, copyRows, embed, gatherRows, rmsNorm, rmsNormBackward, scatterAddRows, zero } from "./rows";
export { drawToken } from "./sample";

/** Where memory is free: static data lies below (reading it too low once put logarithms off by ln 2). */
export function heapBase(): usize {
  return __heap_base;
}
