import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import type { Curriculum, CurriculumContext, CurriculumPart } from "../../../lib/curriculum/curriculum.ts";
import { exit } from "../../../lib/curriculum/exit.ts";

const sound = exit({ capacity: 48, minimumFill: 16 });

/** A sound curriculum with one part replaced. */
function broken(
  change: (inner: Curriculum, context: CurriculumContext) => Partial<Curriculum>,
): CurriculumPart {
  return {
    ...sound,
    create: (context) => {
      const inner = sound.create(context);
      const whole: Curriculum = {
        next: (count) => inner.next(count),
        observe: (outcomes) => inner.observe(outcomes),
        space: () => inner.space(),
        state: () => inner.state(),
        restore: (state) => inner.restore(state),
        metrics: () => inner.metrics(),
      };
      return { ...whole, ...change(inner, context) };
    },
  };
}

let drawn = 0;

const examples: Record<string, { part: CurriculumPart; check: string }> = {
  "picks by a counter that all instances share": {
    part: broken((_, { roots }) => ({
      next: (count) => Array.from({ length: count }, () => roots.at(drawn++ % 50)),
    })),
    check: "same seed",
  },
  "ignores its seed": {
    part: broken((_, { roots }) => ({
      next: (count) => Array.from({ length: count }, (_, index) => roots.at(index)),
    })),
    check: "same seed",
  },
  "forgets its random stream": {
    part: broken((inner) => {
      let saved = inner.state();
      return { state: () => saved = inner.state(), restore: () => inner.restore(saved) };
    }),
    check: "restore",
  },
  "restores nothing": {
    part: broken(() => ({ restore: () => {} })),
    check: "restore",
  },
  "grows for ever": {
    part: broken((inner) => {
      const log: string[] = [];
      return {
        observe: (outcomes) => {
          log.push(...outcomes.map(({ start }) => start.id));
          inner.observe(outcomes);
        },
        state: () => ({ inner: inner.state(), log }),
        restore: (state) =>
          inner.restore(typeof state === "object" && state !== null && "inner" in state ? state.inner : null),
      };
    }),
    check: "memory",
  },
  "changes a start": {
    part: broken((inner) => ({
      next: (count) => inner.next(count).map((start) => ({ ...start, depth: 7 })),
    })),
    check: "starts",
  },
  "chooses the mode itself": {
    part: broken((inner) => ({
      next: (count) => inner.next(count).map((start) => ({ ...start, mode: "improve" })),
    })),
    check: "starts",
  },
  "asks for more completions than it may": {
    part: broken((inner) => ({
      next: (count) => inner.next(count).map((start) => ({ ...start, chain: 3 })),
    })),
    check: "starts",
  },
  "gives no start": {
    part: broken((inner) => ({
      next: (count) => {
        inner.next(count);
        return [];
      },
    })),
    check: "starts",
  },
  "hands out histories that nothing works on": {
    part: { ...sound, create: (context) => sound.create({ ...context, iterates: true }) },
    check: "starts",
  },
  "has a figure that is no number": {
    part: broken((inner) => ({ metrics: () => ({ ...inner.metrics(), age: NaN }) })),
    check: "metrics",
  },
  "takes any count": {
    part: broken((inner) => ({
      next: (count) => inner.next(Number.isSafeInteger(count) && count > 0 ? count : 1),
    })),
    check: "refusal",
  },
  "changes outcomes it was given": {
    part: broken((inner) => ({
      observe: (outcomes) => {
        for (const { start } of outcomes) Object.assign(start, { depth: 0 });
        inner.observe(outcomes);
      },
    })),
    check: "run",
  },
};

for (const [fault, { part, check }] of Object.entries(examples)) {
  Deno.test(`checkCurriculum() catches a curriculum that ${fault}`, async () => {
    const findings = await checkCurriculum(part, { iterations: 15 });
    assert.ok(findings.some((finding) => finding.check === check), JSON.stringify(findings));
  });
}

Deno.test("checkCurriculum() finds nothing wrong with a sound curriculum in a wrapper", async () => {
  assert.deepEqual(await checkCurriculum(broken(() => ({}))), []);
});
