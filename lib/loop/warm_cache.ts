import { join } from "node:path";
import type { Domain } from "../domain/domain.ts";
import type { Checkpoint, Policy, PolicyPart } from "../engine/engine.ts";
import type { WarmStartOptions } from "../engine/warm_start_options.ts";
import { CheckpointGoneError } from "../engine/checkpoint_gone.ts";
import { contentHash, type JsonObject } from "../json.ts";
import { readLatestCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import {
  demonstrationStream,
  drawDemonstrations,
  warmStart,
  type WarmStartContext,
  warmStartRecipe,
} from "./warm_start.ts";

/** What decides a warm start's result. */
export interface WarmStartSpec {
  /** The model. */
  readonly policy: PolicyPart;
  /** Gives the demonstrations. */
  readonly domain: Domain;
  /** How to train on them. */
  readonly options: WarmStartOptions;
  /** Decides weights and demonstrations. */
  readonly seed: number;
  /** The engine's build: another one gives other numbers. */
  readonly build: string;
}

/**
 * The hash under which a warm start is kept. The first demonstrations are part of it, as whoever writes a domain changes
 * them without a new version.
 *
 * @throws {UserError} If the domain has no demonstrations.
 */
export function warmStartHash({ policy, domain, options, seed, build }: WarmStartSpec): string {
  const first = drawDemonstrations(domain, options, demonstrationStream(seed));
  const parts: JsonObject = {
    policy: { kind: policy.kind, options: policy.options },
    domain: { kind: domain.kind, version: domain.version, options: domain.options },
    options,
    seed,
    build,
    recipe: warmStartRecipe,
    demonstrations: contentHash(JSON.stringify(first)),
  };
  return contentHash(parts);
}

/**
 * The warm-started weights: read from the cache if they are there, else trained and kept. All arms of a seed share
 * them, so that a comparison starts from one point.
 *
 * @param cache The folder that keeps warm starts, one folder each.
 * @param context Its `progress` is not called when the cache had the weights.
 * @returns `undefined` if the signal came before the end.
 * @throws {UserError} If the kept weights are damaged.
 */
export async function cachedWarmStart(
  policy: Policy,
  spec: WarmStartSpec,
  cache: string,
  context: WarmStartContext,
): Promise<Checkpoint | undefined> {
  const hash = warmStartHash(spec);
  const folder = join(cache, hash.slice(0, 16));
  const kept = await readLatestCheckpoint(folder);
  if (kept !== undefined && kept.state["hash"] === hash) {
    if (await canLoad(policy, kept.policy)) return kept.policy;
    await Deno.remove(folder, { recursive: true });
  }
  if (!await warmStart(policy, spec.domain, spec.options, spec.seed, context)) return undefined;
  const trained = await policy.save();
  const temporary = join(cache, `.writing-${crypto.randomUUID()}`);
  await writeCheckpoint(temporary, { iteration: spec.options.steps, policy: trained, state: { hash } });
  await keep(temporary, folder);
  return trained;
}

/** Whether an engine that keeps weights in a place of its own still has them. */
async function canLoad(policy: Policy, kept: Checkpoint): Promise<boolean> {
  try {
    await policy.load(kept, "weights");
    return true;
  } catch (error) {
    if (error instanceof CheckpointGoneError) return false;
    throw error;
  }
}

/** Puts a finished folder in its place; one that another process put there meanwhile holds the same numbers. */
async function keep(temporary: string, folder: string): Promise<void> {
  try {
    await Deno.rename(temporary, folder);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true });
    if (await readLatestCheckpoint(folder) === undefined) throw error;
  }
}
