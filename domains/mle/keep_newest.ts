/**
 * Puts an entry at the end of a map and drops the oldest beyond a number: for what is dear to compute and comes again.
 *
 * @param most How many entries stay.
 */
export function keepNewest<Key, Value>(kept: Map<Key, Value>, key: Key, value: Value, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
