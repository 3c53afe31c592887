import assert from "node:assert/strict";
import { type AlertFigures, alertsOf } from "../../../../lib/report/live/alerts.ts";

const well: AlertFigures = {
  iteration: 200,
  entropyAtFirst: 0.5,
  entropy: 0.2,
  zeroVariance: 0.6,
  samplerGap: 0.01,
  stale: 0.2,
  silentSeconds: 10,
  stepSeconds: 2,
};

function kinds(change: Partial<AlertFigures>): string[] {
  return alertsOf({ ...well, ...change }).map(({ kind }) => kind);
}

Deno.test("alertsOf() is silent about a run that is well, and about what is not known", () => {
  assert.deepEqual(kinds({}), []);
  const unknown = { entropyAtFirst: null, entropy: null, zeroVariance: null, samplerGap: null, stale: null };
  assert.deepEqual(kinds({ ...unknown, silentSeconds: null, stepSeconds: null }), []);
});

Deno.test("alertsOf() tells of each sign of trouble beyond its threshold alone", () => {
  assert.deepEqual(kinds({ entropy: 0.049 }), ["entropy-collapse"]);
  assert.deepEqual(kinds({ entropy: 0.05 }), []);
  assert.deepEqual(kinds({ entropyAtFirst: 0, entropy: 0 }), []);
  assert.deepEqual(kinds({ zeroVariance: 0.91 }), ["zero-variance"]);
  assert.deepEqual(kinds({ zeroVariance: 0.9 }), []);
  assert.deepEqual(kinds({ samplerGap: 0.11 }), ["sampler-gap"]);
  assert.deepEqual(kinds({ stale: 0.51 }), ["stale-space"]);
  assert.deepEqual(kinds({ silentSeconds: 301 }), ["silent"]);
  assert.deepEqual(kinds({ silentSeconds: 301, stepSeconds: 30 }), []);
  assert.deepEqual(kinds({ silentSeconds: 601, stepSeconds: 30 }), ["silent"]);
});

Deno.test("alertsOf() calls neither nearly all all, nor 95 % 94 %", () => {
  const zeroVariance = Array<number>(20).fill(0.95).reduce((sum, each) => sum + each) / 20;
  assert.ok(zeroVariance < 0.95);
  assert.match(alertsOf({ ...well, zeroVariance })[0]?.message ?? "", /^95 % of the groups/);
  assert.match(alertsOf({ ...well, zeroVariance: 0.9999 })[0]?.message ?? "", /^99 % of the groups/);
});

Deno.test("alertsOf() waits for as many iterations as its means are over", () => {
  const trouble = { entropy: 0, zeroVariance: 1, samplerGap: 1 };
  assert.deepEqual(kinds({ ...trouble, iteration: 19 }), []);
  assert.deepEqual(kinds({ ...trouble, iteration: 20 }), ["zero-variance", "sampler-gap"]);
  assert.deepEqual(kinds({ ...trouble, iteration: 40 }), [
    "entropy-collapse",
    "zero-variance",
    "sampler-gap",
  ]);
});
