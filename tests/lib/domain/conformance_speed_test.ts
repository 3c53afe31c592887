import assert from "node:assert/strict";
import { examineDomain } from "../../../lib/domain/conformance.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import { play, sound, terms } from "./sums_domain.ts";

/** What is found slow where a verdict on so many characters takes so many milliseconds, by a clock that is made up. */
async function slow(
  took: (characters: number, call: number) => number,
  change: Partial<Domain> = {},
): Promise<string[]> {
  let [clock, calls] = [0, 0];
  const domain: Domain = {
    ...sound,
    rebuild: () => domain,
    step: (task, state, response) => {
      clock += took(response.length, calls++);
      return play(terms(task), Number(state), response);
    },
    ...change,
  };
  const { findings, splits } = await examineDomain(domain, { tasks: 2, now: () => clock });
  assert.ok(splits.train.milliseconds <= clock);
  return findings.filter(({ check }) => check === "slow").map(({ message }) => message);
}

Deno.test("examineDomain() tells a verdict that takes more than a second", async () => {
  const found = await slow(() => 1200);
  assert.match(found[0] ?? "", /^Task "0\+7" takes 1\.2 s for a verdict on 16 characters such as "0"$/);
});

Deno.test("examineDomain() tells time that grows with the square of the length", async () => {
  const found = await slow((characters) => characters ** 2 / 1e6);
  assert.match(
    found[0] ?? "",
    /^Task "0\+7" takes 0\.3 s for a verdict on 16,384 characters such as "0", 16 times as long as on a quarter of them$/,
  );
});

Deno.test("examineDomain() tells time that explodes before it never ends", async () => {
  let longest = 0;
  const found = await slow((characters) => {
    longest = Math.max(longest, characters);
    return 2 ** Math.min(characters, 1000) / 1e5;
  });
  assert.match(
    found[0] ?? "",
    /takes 0\.2 s for a verdict on 24 characters such as "0", 16 times as long as on 4 fewer$/,
  );
  assert.ok(longest < 100, String(longest));
});

Deno.test("examineDomain() leaves alone what grows evenly, what is slow now and then, and what waits for programs", async () => {
  assert.deepEqual(await slow((characters) => 200 + characters / 100), []);
  assert.deepEqual(await slow((_, call) => call % 3 === 0 ? 5000 : 1), []);
  // Something else kept the machine busy for three tries in a row.
  assert.deepEqual(await slow((_, call) => call >= 40 && call < 43 ? 900 : 1), []);
  assert.deepEqual(await slow(() => 5000, { permissions: { run: ["/bin/sh"] } }), []);
});

Deno.test("examineDomain() counts steps and the time that they took", async () => {
  let clock = 0;
  const domain: Domain = {
    ...sound,
    step: (task, state, response) => {
      clock += 2;
      return play(terms(task), Number(state), response);
    },
  };
  const { splits } = await examineDomain(domain, { tasks: 3, now: () => clock });
  assert.equal(splits.train.milliseconds, 2 * splits.train.steps);
  assert.equal(splits.train.steps, splits.test.steps);
  assert.ok(splits.train.steps > 0);
});
