import { PythonRandom } from "./python/random.ts";
import type { PyDict } from "./python/value.ts";

/** The private attribute that says how many words an instance's generator has drawn, which is all of its state. */
const drawn = "_drawn";

/** The generator of an instance before its first draw. */
export function withGenerator(self: PyDict): PyDict {
  return self.set(drawn, 0n);
}

/** What is drawn from an instance's generator, which goes on from where it was. */
export function draw<Value>(self: PyDict, seed: number, from: (random: PythonRandom) => Value): Value {
  const before = self.get(drawn);
  const random = new PythonRandom(seed, typeof before === "bigint" ? Number(before) : 0);
  const value = from(random);
  self.set(drawn, BigInt(random.drawn));
  return value;
}
