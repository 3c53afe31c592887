/** Turns scores into probabilities in place: of each run of `count` scores, e to the score over the sum of these. */
export function softmax(scores: Float64Array, count: number): void {
  for (let start = 0; start < scores.length; start += count) {
    let most = -Infinity;
    for (let at = start; at < start + count; at++) most = Math.max(most, scores[at] ?? 0);
    let total = 0;
    for (let at = start; at < start + count; at++) {
      const value = Math.exp((scores[at] ?? 0) - most);
      scores[at] = value;
      total += value;
    }
    for (let at = start; at < start + count; at++) scores[at] = (scores[at] ?? 0) / total;
  }
}
