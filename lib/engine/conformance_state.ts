import { UserError } from "../errors.ts";
import { isJson } from "../json.ts";
import { gap, refuses, same, sameTokens } from "./conformance_compare.ts";
import { descend, learn, weigh } from "./conformance_steps.ts";
import { plain, requestsFor, sequencesOf, type Trial, withPolicy } from "./conformance_trial.ts";
import type { Checkpoint, Policy } from "./engine.ts";

/** A loaded policy has the weights, the published weights and the next steps of the saved one. */
export async function checkLoad(trial: Trial): Promise<void> {
  await withPolicy(trial, (saved, examples) =>
    withPolicy(trial, async (loaded) => {
      const { tolerance } = trial;
      const sequences = sequencesOf(examples);
      const score = (policy: Policy): Promise<Float32Array[]> => policy.logprobs(sequences, plain);
      const next = async (policy: Policy): Promise<Float32Array[]> => {
        await learn(trial, policy, examples, 1);
        return await score(policy);
      };
      await learn(trial, saved, examples, 2);
      await saved.publish();
      await learn(trial, saved, examples, 1);
      await learn(trial, loaded, examples.slice(0, 1), 2);
      if (!trial.capabilities.savesPublished) await saved.publish();
      const checkpoint = await saved.save();
      trial.expect(isJson(checkpoint.meta), "The meta of a checkpoint is not plain JSON");
      const copy = copyOf(checkpoint);
      await loaded.load(copy);
      const before = await score(saved);
      trial.expect(same(trial, await score(loaded), before), "A loaded policy has other log-probabilities");
      const requests = requestsFor(examples);
      const [drawn, redrawn] = [await saved.sample(requests), await loaded.sample(requests)];
      trial.expect(
        !trial.capabilities.deterministic || sameTokens(drawn, redrawn),
        "A loaded policy draws other completions",
      );
      const continued = await next(saved);
      trial.expect(same(trial, await next(loaded), continued), "A loaded policy takes another next step");
      const versions = [await saved.publish(), await loaded.publish()] as const;
      trial.expect(versions[0] === versions[1], "A loaded policy counts other versions");
      await learn(trial, saved, examples.slice(0, 1), 1);
      await saved.load(copy, "weights");
      await loaded.load(copy, "weights");
      trial.expect(
        same(trial, await score(saved), before),
        `load(…, "weights") gives other log-probabilities`,
      );
      const afresh = await next(saved);
      trial.expect(
        same(trial, await next(loaded), afresh) && gap(afresh, continued) > tolerance,
        `load(…, "weights") does not start the optimiser anew`,
      );
      trial.expect(
        gap([checkpoint.data], [copy.data]) === 0,
        "The data of a checkpoint change while the policy is used",
      );
    }, 1));
}

/** A checkpoint as it comes back from a disk. */
function copyOf({ meta, data }: Checkpoint): Checkpoint {
  return { meta: JSON.parse(JSON.stringify(meta)), data: data.slice() };
}

/** A checkpoint that is broken or another model's is refused, and changes nothing. */
export async function checkCheckpoint(trial: Trial): Promise<void> {
  await withPolicy(trial, (policy, examples) =>
    withPolicy(trial, async (other) => {
      await learn(trial, other, examples, 2);
      if (!trial.capabilities.savesPublished) await other.publish();
      const { meta, data } = await other.save();
      const before = await policy.logprobs(sequencesOf(examples), plain);
      const broken: [name: string, checkpoint: Checkpoint][] = [
        ["without data", { meta, data: new Uint8Array() }],
        ["cut short", { meta, data: data.slice(0, -1) }],
        ["of another model", { meta: { kind: "no such model" }, data }],
      ];
      for (const [name, checkpoint] of broken) {
        trial.expect(
          await refuses(() => policy.load(checkpoint), UserError),
          `A checkpoint ${name} is not refused with a UserError`,
        );
      }
      trial.expect(
        same(trial, await policy.logprobs(sequencesOf(examples), plain), before),
        "A checkpoint that was refused changed the weights",
      );
    }, 1));
}

/** The frozen weights are at first the initial ones; they move by `refresh` alone, and are saved. */
export async function checkReference(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const { reference } = policy;
    if (reference === undefined) return;
    const { tolerance } = trial;
    const sequences = sequencesOf(examples);
    const now = (): Promise<Float32Array[]> => policy.logprobs(sequences, trial.warm);
    const frozen = (): Promise<Float32Array[]> => reference.logprobs(sequences, trial.warm);
    const initial = await now();
    trial.expect(
      gap(await frozen(), initial) <= tolerance,
      "At first, the reference is not the initial weights",
    );
    // So small a step that part of the way in weights is almost the same part of it in log-probabilities.
    await descend(trial, policy, weigh(examples, [1]), 500 * tolerance);
    await policy.publish();
    const trained = await now();
    trial.expect(
      gap(await frozen(), initial) <= tolerance && gap(trained, initial) > tolerance,
      "Training or publish() changes the reference",
    );
    await reference.refresh(0.25);
    const between = await frozen();
    const way = distance(trained, initial);
    const [gone, left] = [distance(between, initial) / way, distance(between, trained) / way];
    trial.expect(
      Math.abs(gone - 0.25) <= 0.1 && Math.abs(left - 0.75) <= 0.1,
      `refresh(0.25) moves the reference by ${gone.toFixed(2)} of the way to the weights of now`,
    );
    const checkpoint = copyOf(await policy.save());
    await withPolicy(trial, async (loaded) => {
      await loaded.load(checkpoint);
      trial.expect(
        same(trial, await loaded.reference?.logprobs(sequences, trial.warm) ?? [], between),
        "A loaded policy has another reference",
      );
    }, 1);
    await reference.refresh(1);
    trial.expect(
      gap(await frozen(), trained) <= tolerance,
      "refresh(1) does not make the reference the weights of now",
    );
    trial.expect(same(trial, await now(), trained), "refresh() changes the weights that train");
  });
}

/** The Euclidean distance of log-probabilities. */
function distance(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  return Math.hypot(
    ...some.flatMap((values, row) => Array.from(values, (value, at) => value - (others[row]?.[at] ?? NaN))),
  );
}
