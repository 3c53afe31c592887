import type { PlacedEngine } from "../../../lib/experiment/plan.ts";

/** The container image of each engine, unless another is asked for. */
export const images: { readonly [engine in PlacedEngine]: string } = {
  embedded: "denoland/deno:debian-2.9.6",
  // The default of `hf jobs uv run`; PyTorch's packages bring the CUDA libraries.
  exitlab: "ghcr.io/astral-sh/uv:python3.12-bookworm",
  // As SkyRL's docs/content/docs/getting-started/installation.mdx names it at commit a9564572: CUDA 13, so a driver of
  // r580 or newer.
  skyrl: "novaskyai/skyrl-train-ray-2.57.0-py3.12-cu13.0",
};
