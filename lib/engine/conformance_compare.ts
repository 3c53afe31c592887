/**
 * What engines are judged by: whether numbers agree, and whether calls are refused.
 *
 * @module
 */
import type { Trial } from "./conformance_trial.ts";
import type { Completion, LossSpec, Policy, SampleRequest } from "./engine.ts";

/** The largest distance between numbers in the same place; `Infinity` where lists have other lengths or no numbers. */
export function gap(some: readonly ArrayLike<number>[], others: readonly ArrayLike<number>[]): number {
  if (some.length !== others.length) return Infinity;
  let largest = 0;
  for (const [row, values] of some.entries()) {
    const beside = others[row];
    if (beside?.length !== values.length) return Infinity;
    for (let at = 0; at < values.length; at++) {
      const distance = Math.abs((values[at] ?? NaN) - (beside[at] ?? NaN));
      largest = Math.max(largest, Number.isNaN(distance) ? Infinity : distance);
    }
  }
  return largest;
}

/** Whether results of the same calls are the same: bit for bit if the engine says so, else within the tolerance. */
export function same(
  { capabilities, tolerance }: Trial,
  some: readonly ArrayLike<number>[],
  others: readonly ArrayLike<number>[],
): boolean {
  return gap(some, others) <= (capabilities.deterministic ? 0 : tolerance);
}

/** Whether two completions have the same tokens. */
export function sameTokens(some: readonly Completion[], others: readonly Completion[]): boolean {
  return gap(some.map(({ tokens }) => tokens), others.map(({ tokens }) => tokens)) === 0;
}

/** The largest distance of a completion's log-probabilities from those of the weights of now (nats). */
export async function samplerGap(
  policy: Policy,
  requests: readonly SampleRequest[],
  completions: readonly Completion[],
  loss: LossSpec,
): Promise<number> {
  const sequences = completions.map(({ tokens }, at) => [...requests[at]?.prompt ?? [], ...tokens]);
  const scored = await policy.logprobs(sequences, loss);
  const own = scored.map((logprobs, at) => logprobs.subarray(requests[at]?.prompt.length ?? 0));
  return gap(own, completions.map(({ logprobs }) => logprobs));
}

/** Whether a call is refused. */
export async function refuses(
  call: () => Promise<unknown>,
  kind: abstract new (...args: never[]) => Error = Error,
): Promise<boolean> {
  try {
    await call();
    return false;
  } catch (error) {
    return error instanceof kind;
  }
}
