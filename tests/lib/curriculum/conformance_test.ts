import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import type { CurriculumPart } from "../../../lib/curriculum/curriculum.ts";
import { Random } from "../../../lib/random.ts";
import { broken, brokenCurricula, sound } from "./broken_curricula.ts";

for (const [fault, [part, check, message]] of Object.entries(brokenCurricula)) {
  Deno.test(`checkCurriculum() catches a curriculum that ${fault}`, async () => {
    const findings = await checkCurriculum(part, { iterations: 6 });
    assert.ok(
      findings.some((finding) => finding.check === check && message.test(finding.message)),
      JSON.stringify(findings, null, 1),
    );
    assert.ok(findings.every(({ fix = "" }) => fix !== ""), "Each finding says what to write");
  });
}

Deno.test("checkCurriculum() has a broken curriculum for each of its checks", async () => {
  const source = await Deno.readTextFile(
    new URL("../../../lib/curriculum/conformance.ts", import.meta.url),
  );
  const documented = [...source.matchAll(/^ \* - (.*?): /gm)]
    .flatMap(([, names]) => [...(names ?? "").matchAll(/`"(.*?)"`/g)].map(([, name]) => name));
  assert.equal(documented.length, 15);
  assert.deepEqual(new Set(Object.values(brokenCurricula).map(([, check]) => check)), new Set(documented));
});

Deno.test("checkCurriculum() finds nothing wrong with a sound curriculum in a wrapper", async () => {
  assert.deepEqual(await checkCurriculum(broken(() => ({})), { iterations: 6 }), []);
});

Deno.test("checkCurriculum() lets a curriculum do without a task space, and with chains of its own", async () => {
  const chains: CurriculumPart = {
    ...sound,
    histories: false,
    longestChain: 3,
    create: ({ roots }) => {
      const random = new Random(1, "own");
      return {
        next: (count) => {
          if (!Number.isSafeInteger(count) || count < 1) throw new RangeError("No such count");
          return Array.from({ length: Math.max(1, Math.floor(count / 3)) }, () => ({
            ...roots.at(random.int(roots.size ?? 1000)),
            chain: 2,
          }));
        },
        observe: () => {},
        space: () => [],
        state: () => [...random.state()],
        restore: (state) => {
          if (!Array.isArray(state) || state.length !== 4) throw new TypeError("No such state");
          const [a, b, c, d] = state.map(Number);
          random.restore([a ?? 0, b ?? 0, c ?? 0, d ?? 0]);
        },
        metrics: () => ({}),
      };
    },
  };
  const findings = await checkCurriculum(chains, { iterations: 6 });
  assert.deepEqual([...new Set(findings.map(({ message }) => message))], [
    "Two seeds pick the same starts with operators and 50 tasks",
    "Two seeds pick the same starts without operators and 50 tasks",
  ]);
});
