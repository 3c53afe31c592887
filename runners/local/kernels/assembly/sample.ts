/** Draws tokens. */
import { temper } from "./loss";
import { exp4, sumLanes } from "./vector";

/** A number in [0, 1) from a seed and a count: the finaliser of splitmix64 (Sebastiano Vigna, public domain). */
@inline
function uniform(seed: u32, count: u32): f64 {
  let z = ((<u64> seed << 32) | <u64> count) * 0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return <f64> ((z ^ (z >> 31)) >> 32) / 4294967296;
}

/**
 * Draws one token from a row of logits, which it overwrites with probabilities.
 *
 * @param count How many tokens the completion has so far: with the seed, it decides the draw.
 * @param logprob Where the log-probability of the token goes: tempered, before the cut to `topP`.
 */
export function drawToken(
  logits: usize,
  vocabulary: i32,
  temperature: f32,
  topP: f32,
  seed: u32,
  count: u32,
  logprob: usize,
): i32 {
  const bytes = <usize> vocabulary << 2;
  const logTotal = temper(logits, bytes, 1 / temperature);
  const shift = f32x4.splat(logTotal);
  let total = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = exp4(f32x4.sub(v128.load(logits + i), shift));
    v128.store(logits + i, p);
    total = f32x4.add(total, p);
  }
  const u = uniform(seed, count);
  const token = topP < 1
    ? drawFromNucleus(logits, vocabulary, topP, u)
    : drawInOrder(logits, vocabulary, u * <f64> sumLanes(total));
  store<f32>(logprob, <f32> Math.log(<f64> abs<f32>(load<f32>(logits + (<usize> token << 2)))));
  return token;
}

/** The first token at which the running sum exceeds `left`; the last likely one if rounding leaves a rest. */
function drawInOrder(p: usize, vocabulary: i32, left: f64): i32 {
  let last = 0;
  for (let token = 0; token < vocabulary; token++) {
    const mass = <f64> load<f32>(p + (<usize> token << 2));
    if (mass > 0) last = token;
    left -= mass;
    if (left < 0) return token;
  }
  return last;
}

/**
 * Nucleus sampling (arXiv 1904.09751): the fewest most likely tokens whose mass reaches `topP`, lower ids first among
 * equals. Tokens of the nucleus are marked by a negative sign.
 */
function drawFromNucleus(p: usize, vocabulary: i32, topP: f32, u: f64): i32 {
  let mass: f64 = 0;
  while (mass < <f64> topP) {
    let best = -1;
    let most: f32 = 0;
    for (let token = 0; token < vocabulary; token++) {
      const here = load<f32>(p + (<usize> token << 2));
      if (here > most) {
        most = here;
        best = token;
      }
    }
    if (best < 0) break;
    mass += <f64> most;
    store<f32>(p + (<usize> best << 2), -most);
  }
  let left = u * mass;
  let last = 0;
  for (let token = 0; token < vocabulary; token++) {
    const here = <f64> load<f32>(p + (<usize> token << 2));
    if (here >= 0) continue;
    last = token;
    left += here;
    if (left < 0) break;
  }
  return last;
}
