import * as v from "valibot";
import { UserError } from "../../../lib/errors.ts";
import type { HubClient } from "./hub_client.ts";

/** Hardware that a job can run on. */
export type Hardware = {
  /** What a job spec calls it, such as `"a100x4"`. */
  readonly name: string;
  /** What people call it, such as `"4x Nvidia A100 - large"`. */
  readonly prettyName: string;
  /** Its processors, such as `"48 vCPU"`. */
  readonly cpu: string;
  /** Its memory, such as `"568 GB"`. */
  readonly ram: string;
  /** What accelerates it; `null` if nothing. */
  readonly accelerator: {
    /** `"gpu"`, `"neuron"` or one that is new. */
    readonly type: string;
    /** Such as `"A100"`. */
    readonly model: string;
    /** How many. */
    readonly quantity: number;
    /** The memory of all of them, as the Hub writes it, such as `"320 GB"`. */
    readonly vram: string;
    /** Such as `"Nvidia"`. */
    readonly manufacturer: string;
  } | null;
  /** US dollars for one unit of time. */
  readonly unitCostUSD: number;
  /** The unit, such as `"minute"`. */
  readonly unitLabel: string;
};

const text = v.nullish(v.string(), "");
/** Numbers come as text too. */
const amount = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.trim(), v.nonEmpty(), v.transform(Number))]),
  v.finite(),
);
const item = v.object({
  name: v.pipe(v.string(), v.nonEmpty()),
  prettyName: text,
  cpu: text,
  ram: text,
  accelerator: v.nullish(
    v.object({
      type: text,
      model: text,
      quantity: v.pipe(amount, v.integer(), v.minValue(1)),
      vram: text,
      manufacturer: text,
    }),
    null,
  ),
  unitCostUSD: v.pipe(amount, v.minValue(0)),
  unitLabel: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * Reads the answer of `GET /api/jobs/hardware`. Keys that are not known are left out, and so is an item that cannot be read:
 * it is of a new kind.
 *
 * @throws {UserError} If it is no list, or nothing in it can be read.
 *
 * @example
 * ```ts
 * import { readHardware } from "exitlab/runners/hf/hub/hardware.ts";
 * import assert from "node:assert/strict";
 *
 * const [a100] = readHardware([{
 *   name: "a100x4", prettyName: "4x Nvidia A100", cpu: "48 vCPU", ram: "568 GB", ephemeralStorage: "4000 GB",
 *   accelerator: { type: "gpu", model: "A100", quantity: "4", vram: "320 GB", manufacturer: "Nvidia" },
 *   unitCostMicroUSD: 166667, unitCostUSD: 0.166667, unitLabel: "minute",
 * }]);
 * assert.equal(a100?.accelerator?.quantity, 4);
 * ```
 */
export function readHardware(answer: unknown): Hardware[] {
  if (!Array.isArray(answer)) {
    throw new UserError(
      "Expected a list of hardware, as GET /api/jobs/hardware gives it, but found something else",
    );
  }
  const read = answer.flatMap((entry: unknown) => {
    const result = v.safeParse(item, entry);
    return result.success ? [result.output] : [];
  });
  if (read.length > 0) return read;
  throw new UserError(
    `Expected hardware with a name and a price but found none in a list of ${answer.length} (GET /api/jobs/hardware)`,
  );
}

/**
 * The hardware that jobs can run on now, with its prices; needs no token.
 *
 * @throws {UserError} If the Hub cannot be reached, or answers something else.
 */
export async function fetchHardware(client: HubClient, signal?: AbortSignal): Promise<Hardware[]> {
  const options = { isPublic: true, ...signal === undefined ? {} : { signal } };
  return readHardware(await client.request("GET", "/api/jobs/hardware", v.unknown(), options));
}
