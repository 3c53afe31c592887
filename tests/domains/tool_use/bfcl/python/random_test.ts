import assert from "node:assert/strict";
import fc from "fast-check";
import { PythonRandom } from "exitlab/domains/tool_use/bfcl/python/random.ts";

/** From CPython 3.11: `random.Random(seed)`, 400 times `randint(1, 6)`, then what follows. */
const golden = [
  [0, 454687, 7.345626869455247, 43102854992, 0.26962214085355807],
  [200191, 608823, 6.296993821039193, 35733256920, 0.7892655676163042],
  [1053520, 748244, 2.3014710782111703, 791055432446, 0.6164257670669226],
  [141053, 153459, 1.5761975235436172, 673995699750, 0.013060558771219921],
  [2 ** 40 + 5, 830269, 7.330604158012122, 756427839932, 0.9008366566895314],
] as const;

Deno.test("PythonRandom draws what CPython draws", () => {
  for (const [seed, whole, float, large, last] of golden) {
    const random = new PythonRandom(seed);
    for (let draw = 0; draw < 400; draw++) {
      const die = random.randint(1, 6);
      assert(die >= 1 && die <= 6);
    }
    assert.equal(random.randint(100_000, 999_999), whole);
    assert.equal(random.uniform(1.5, 9), float);
    assert.equal(random.randint(1, 10 ** 12), large);
    assert.equal(random.random(), last);
  }
});

Deno.test("PythonRandom goes on from how much was drawn", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(1500), (seed, draws) => {
      const random = new PythonRandom(seed);
      for (let draw = 0; draw < draws; draw++) random.randint(0, 99);
      const restored = new PythonRandom(seed, random.drawn);
      assert.equal(restored.random(), random.random());
      assert.equal(restored.drawn, random.drawn);
    }),
    { numRuns: 50 },
  );
});

Deno.test("PythonRandom refuses an empty range as Python does", () => {
  assert.throws(() => new PythonRandom(1).randint(3, 2), /empty range for randrange\(\) \(3, 3, 0\)/);
});
