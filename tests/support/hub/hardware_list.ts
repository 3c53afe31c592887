import type { Json } from "exitlab/lib/json.ts";

/** A flavour: name, pretty name, processors, memory, number of accelerators, model, memory of all, cents an hour. */
type Row = readonly [string, string, number, number, number, string, number, number];

const rows: readonly Row[] = [
  ["cpu-basic", "CPU Basic", 2, 16, 0, "", 0, 1],
  ["cpu-upgrade", "CPU Upgrade", 8, 32, 0, "", 0, 3],
  ["t4-small", "Nvidia T4 - small", 4, 15, 1, "T4", 16, 40],
  ["l4x1", "1x Nvidia L4", 8, 30, 1, "L4", 24, 80],
  ["a10g-small", "Nvidia A10G - small", 4, 14, 1, "A10G", 24, 100],
  ["a10g-largex4", "4x Nvidia A10G - large", 48, 184, 4, "A10G", 96, 500],
  ["l40sx1", "1x Nvidia L40S", 8, 62, 1, "L40S", 48, 180],
  ["a100-large", "Nvidia A100 - large", 12, 142, 1, "A100", 80, 250],
  ["a100x4", "4x Nvidia A100", 48, 568, 4, "A100", 320, 1000],
  ["a100x8", "8x Nvidia A100", 96, 1136, 8, "A100", 640, 2000],
  ["h200x8", "8x Nvidia H200", 192, 2048, 8, "H200", 1128, 4000],
];

/** What `GET /api/jobs/hardware` answers: the published shape, with the prices of the published table. */
export const hardwareList: readonly Json[] = rows.map((
  [name, prettyName, processors, memory, quantity, model, vram, cents],
) => ({
  name,
  prettyName,
  cpu: `${processors} vCPU`,
  ram: `${memory} GB`,
  ephemeralStorage: "50 GB",
  accelerator: quantity === 0
    ? null
    : { type: "gpu", model, quantity: String(quantity), vram: `${vram} GB`, manufacturer: "Nvidia" },
  unitCostMicroUSD: Math.round(cents * 1e4 / 60),
  unitCostUSD: Math.round(cents * 1e4 / 60) / 1e6,
  unitLabel: "minute",
}));
