/**
 * The machines of the Hub, as planning sees them.
 *
 * @module
 */
import type { Hardware } from "../hub/hardware.ts";
import { type Accelerator, knownAccelerator } from "./accelerators.ts";

/** A machine that can be rented. */
export type Machine = {
  /** Its name, such as `"a100x4"`. */
  readonly flavor: string;
  /** Its name for people. */
  readonly title: string;
  /** CPU cores as the Hub counts them; `null` where it does not say. */
  readonly cores: number | null;
  /** Its GPUs or other accelerators; `null` if it has none. */
  readonly accelerators: Accelerators | null;
  /** USD an hour; `null` where the list's unit is not known. */
  readonly pricePerHour: number | null;
};

/** What a machine has to compute with. */
export type Accelerators = {
  /** The model's name. */
  readonly model: string;
  /** How many. */
  readonly count: number;
  /** Bytes of one; `null` where it is not known. */
  readonly memory: number | null;
  /** What is assumed of them; `null` of a kind that is not known. */
  readonly assumed: Accelerator | null;
};

const hourly: ReadonlyMap<string, number> = new Map([["second", 3600], ["minute", 60], ["hour", 1]]);

/** A machine of the Hub's list. */
export function machineOf({ name, prettyName, cpu, accelerator, unitCostUSD, unitLabel }: Hardware): Machine {
  const units = hourly.get(unitLabel);
  return {
    flavor: name,
    title: prettyName,
    cores: leadingNumber(cpu),
    accelerators: accelerator === null ? null : acceleratorsOf(accelerator),
    pricePerHour: units === undefined ? null : wholeCents(unitCostUSD * units),
  };
}

/** A price a minute has been rounded: where it is as good as one of whole cents an hour, that is what was meant. */
function wholeCents(price: number): number {
  const cents = Math.round(price * 100) / 100;
  return Math.abs(cents - price) <= 0.005 * price ? cents : price;
}

function acceleratorsOf({ model, quantity, vram }: NonNullable<Hardware["accelerator"]>): Accelerators {
  const assumed = knownAccelerator(model) ?? null;
  const count = Math.max(1, Math.round(quantity));
  const told = leadingNumber(vram);
  const memory = told === null ? assumed?.memory ?? null : perGpu(told, count, assumed?.memory);
  return { model, count, memory: memory === null ? null : memory * 1e9, assumed };
}

/** The list gives the memory of all GPUs together; where that would be far from what is known of one, it is of one. */
function perGpu(told: number, count: number, known: number | undefined): number {
  if (known === undefined) return told / count;
  return Math.abs(Math.log(told / known)) < Math.abs(Math.log(told / count / known)) ? told : told / count;
}

/** The number that a text such as `"4 vCPU"` or `"80 GB"` begins with. */
function leadingNumber(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)/.exec(text);
  return match === null ? null : Number(match[1]);
}
