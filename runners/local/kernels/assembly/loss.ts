/** From logits to log-probabilities, entropies and gradients. */
import { exp4, maxLane, sumLanes } from "./vector";

/**
 * For each of `rows` rows of logits: the log-probability of its target and the entropy of its distribution, both in nats,
 * under softmax(logits / temperature). `spread` holds `vocabulary` numbers. With `backward`, logits become their gradient of
 * Σ coefficient · −log p(target) − entropyWeight · entropy.
 */
export function scoreRows(
  logits: usize,
  targets: usize,
  coefficients: usize,
  entropyWeights: usize,
  temperature: f32,
  rows: i32,
  vocabulary: i32,
  logprobs: usize,
  entropies: usize,
  backward: bool,
): void {
  const bytes = <usize> vocabulary << 2;
  const inverse: f32 = 1 / temperature;
  for (let r = 0; r < rows; r++) {
    const at = <usize> r << 2;
    const target = <usize> load<u32>(targets + at) << 2;
    const logTotal = temper(logits, bytes, inverse);
    const logprob = load<f32>(logits + target) - logTotal;
    const entropy = entropyOf(logits, bytes, logTotal);
    store<f32>(logprobs + at, logprob);
    store<f32>(entropies + at, entropy);
    if (backward) {
      const coefficient = load<f32>(coefficients + at), weight = load<f32>(entropyWeights + at);
      gradient(logits, bytes, logTotal, coefficient * inverse, weight * inverse, entropy);
      store<f32>(logits + target, load<f32>(logits + target) - coefficient * inverse);
    }
    logits += bytes;
  }
}

/** Divides logits by the temperature in place, after taking off the largest; returns log Σ exp of the result. */
export function temper(logits: usize, bytes: usize, inverse: f32): f32 {
  let largest = v128.load(logits);
  for (let i: usize = 16; i < bytes; i += 16) largest = f32x4.pmax(largest, v128.load(logits + i));
  const shift = f32x4.splat(maxLane(largest));
  const factor = f32x4.splat(inverse);
  let total = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const z = f32x4.mul(f32x4.sub(v128.load(logits + i), shift), factor);
    v128.store(logits + i, z);
    total = f32x4.add(total, exp4(z));
  }
  return <f32> Math.log(<f64> sumLanes(total));
}

/** −Σ p log p. */
function entropyOf(logits: usize, bytes: usize, logTotal: f32): f32 {
  const shift = f32x4.splat(logTotal);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const logp = f32x4.sub(v128.load(logits + i), shift);
    sum = f32x4.add(sum, f32x4.mul(exp4(logp), logp));
  }
  return -sumLanes(sum);
}

/** Logits become p · (coefficient + weight · (log p + entropy)). */
function gradient(
  logits: usize,
  bytes: usize,
  logTotal: f32,
  coefficient: f32,
  weight: f32,
  entropy: f32,
): void {
  const shift = f32x4.splat(logTotal);
  const c = f32x4.splat(coefficient), w = f32x4.splat(weight), h = f32x4.splat(entropy);
  for (let i: usize = 0; i < bytes; i += 16) {
    const logp = f32x4.sub(v128.load(logits + i), shift);
    v128.store(logits + i, f32x4.mul(exp4(logp), f32x4.add(c, f32x4.mul(w, f32x4.add(logp, h)))));
  }
}
