import assert from "node:assert/strict";
import { UserError } from "exitlab/lib/errors.ts";
import { changeBonus } from "exitlab/lib/operator/change_bonus.ts";
import { checkOperator } from "exitlab/lib/operator/conformance.ts";
import { debug } from "exitlab/lib/operator/debug.ts";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import { diversityBonus } from "exitlab/lib/operator/diversity_bonus.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { ngrams } from "exitlab/lib/operator/ngrams.ts";
import type { OperatorPart } from "exitlab/lib/operator/operator.ts";
import { policyEmbedder } from "exitlab/lib/operator/policy_embedder.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import { promptOperator } from "exitlab/lib/operator/prompt_operator.ts";

const sound: readonly OperatorPart[] = [
  improve(),
  improve({ reward: "improvement-or-keep" }),
  debug(),
  debug({ reward: "improvement" }),
  diverge(),
  diverge({ probability: 0 }),
  diverge({ probability: 1, reward: "absolute" }),
  promptOperator({ name: "check", instruction: "Look again.", probability: 0.5, reward: "improvement" }),
  changeBonus(),
  changeBonus({ bonus: 0.9 }),
  diversityBonus(),
  diversityBonus({ mode: "minmax", applies: "all" }),
  diversityBonus({ mode: "mean", embedder: policyEmbedder() }),
  selfImitation(),
  selfImitation({ mend: 0, keep: 2 }),
  diversityBonus({ floor: 0, cap: 1e9, embedder: ngrams({ length: 1 }) }),
];

for (const operator of sound) {
  Deno.test(`checkOperator() finds nothing wrong with ${operator.kind} ${JSON.stringify(operator.given)}`, async () => {
    assert.deepEqual(await checkOperator(operator), []);
  });
}

const often = diverge({ probability: 0.5 });
const changes = changeBonus();
const bonus = diversityBonus({ mode: "mean", applies: "all" });
const policyBonus = diversityBonus({ embedder: policyEmbedder() });

let calls = 0;
const log: string[] = [];

const imitating = (imitations: NonNullable<OperatorPart["imitations"]>): OperatorPart => ({
  ...selfImitation(),
  imitations,
});

const broken: Record<string, { part: OperatorPart; check: string }> = {
  "imitates a rollout that there is not": {
    part: imitating((groups) => groups.map((_, group) => ({ group, attempt: 99, response: 0, weight: 1 }))),
    check: "imitations",
  },
  "imitates with no weight": {
    part: imitating((groups) => groups.map((_, group) => ({ group, attempt: 0, response: 0, weight: 0 }))),
    check: "imitations",
  },
  "imitates another each time": {
    part: imitating((groups) =>
      groups.map((_, group) => ({ group, attempt: 0, response: 0, weight: 1 + calls++ }))
    ),
    check: "imitations",
  },
  "imitates where there are no groups": {
    part: imitating(() => [{ group: 0, attempt: 0, response: 0, weight: 1 }]),
    check: "imitations",
  },
  "was given what is no JSON": { part: { ...often, given: { probability: NaN } }, check: "options" },
  "has options that are no JSON": {
    part: { ...often, options: { probability: Infinity } },
    check: "options",
  },
  "forgets its options": { part: { ...often, rebuild: () => diverge() }, check: "rebuild" },
  "turns into another": { part: { ...often, rebuild: () => improve() }, check: "rebuild" },
  "takes any option": { part: { ...often, rebuild: () => often }, check: "rebuild" },
  "refuses options as if it were a defect": {
    part: {
      ...often,
      rebuild: (given) => {
        if ("no such option" in given) throw new TypeError("What is this?");
        return often;
      },
    },
    check: "rebuild",
  },
  "cannot be rebuilt": {
    part: {
      ...often,
      rebuild: () => {
        throw new UserError("Missing option");
      },
    },
    check: "rebuild",
  },
  "takes turns": {
    part: {
      ...often,
      transform: (start) =>
        start.attempt !== null && calls++ % 3 === 0 ? { ...start, mode: "diverge" } : start,
    },
    check: "transform",
  },
  "rolls its own dice": {
    part: {
      ...often,
      transform: (start) =>
        start.attempt !== null && Math.random() < 0.5 ? { ...start, mode: "diverge" } : start,
    },
    check: "transform",
  },
  "changes the start it was given": {
    part: { ...often, transform: (start) => Object.assign(start, { mode: "diverge" }) },
    check: "transform",
  },
  "forgets the attempt": {
    part: { ...often, transform: (start, random) => ({ ...often.transform(start, random), attempt: null }) },
    check: "transform",
  },
  "gives a new id": {
    part: { ...often, transform: (start, random) => ({ ...often.transform(start, random), id: "new" }) },
    check: "transform",
  },
  "resets the depth": {
    part: { ...often, transform: (start, random) => ({ ...often.transform(start, random), depth: 0 }) },
    check: "transform",
  },
  "asks for another response where there is none": {
    part: { ...often, transform: (start) => ({ ...start, mode: "diverge" }) },
    check: "attempt",
  },
  "draws as long as it likes": {
    part: {
      ...often,
      transform: (start, random) => {
        while (random.chance(0.5)) log.push(start.id);
        return start;
      },
    },
    check: "draws",
  },
  "gives a mode that it has no words for": { part: { ...often, word: () => undefined }, check: "word" },
  "has words for every mode": {
    part: { ...often, word: () => [{ role: "user", content: "Again." }] },
    check: "word",
  },
  "has words for the mode of another": {
    part: {
      ...often,
      word: (start, request) => improve().word(start, request) ?? often.word(start, request),
    },
    check: "word",
  },
  "has no words after all": {
    part: { ...often, word: (start) => start.mode === "diverge" ? [] : undefined },
    check: "word",
  },
  "has blank words": {
    part: {
      ...often,
      word: (start) => start.mode === "diverge" ? [{ role: "user", content: " " }] : undefined,
    },
    check: "word",
  },
  "words a request now this way, now that": {
    part: {
      ...often,
      word: (start) =>
        start.mode === "diverge" ? [{ role: "user", content: `Attempt ${calls++}` }] : undefined,
    },
    check: "word",
  },
  "changes the request": {
    part: {
      ...often,
      word: (start, request) => {
        Object.assign(request.attempt, { feedback: null });
        return often.word(start, request);
      },
    },
    check: "word",
  },
  "tells whether the attempt was right": {
    part: {
      ...often,
      word: (start, request) =>
        start.mode === "diverge"
          ? [{ role: "user", content: request.attempt.verdict.solved ? "Right." : "Wrong." }]
          : undefined,
    },
    check: "verdict",
  },
  "tells the quality": {
    part: {
      ...often,
      word: (start, { attempt }) =>
        start.mode === "diverge"
          ? [{ role: "user", content: `Quality ${attempt.verdict.quality}` }]
          : undefined,
    },
    check: "verdict",
  },
  "calls no host": {
    part: { ...often, hosts: ["https://example.com/"] },
    check: "hosts",
  },
  "has a rule for the mode of another": {
    part: { ...often, rewardRule: { mode: "improve", rule: "absolute" } },
    check: "rule",
  },
  "gives too few rewards": {
    part: { ...changes, rewards: (group) => changes.rewards(group).slice(1) },
    check: "rewards",
  },
  "gives a reward that is no number": {
    part: { ...changes, rewards: (group) => changes.rewards(group).map((reward) => reward / 0) },
    check: "rewards",
  },
  "rewards by chance": {
    part: { ...changes, needsAttempts: false, rewards: ({ rollouts }) => rollouts.map(() => Math.random()) },
    check: "rewards",
  },
  "sorts the rollouts it was given": {
    part: {
      ...changes,
      rewards: (group) => {
        Object.assign(group, { rollouts: [] });
        return changes.rewards(group);
      },
    },
    check: "rewards",
  },
  "rewards first attempts, although it needs attempts": {
    part: { ...changes, rewards: ({ rollouts }) => rollouts.map(({ reward }) => 1 - reward) },
    check: "attempt",
  },
  "leaves out a group": {
    part: { ...bonus, factors: async (groups, embed) => (await bonus.factors(groups, embed)).slice(1) },
    check: "factors",
  },
  "leaves out a rollout": {
    part: {
      ...bonus,
      factors: async (groups, embed) => (await bonus.factors(groups, embed)).map((own) => own.slice(1)),
    },
    check: "factors",
  },
  "turns advantages round": {
    part: {
      ...bonus,
      factors: async (groups, embed) =>
        (await bonus.factors(groups, embed)).map((own) => own.map((factor) => -factor)),
    },
    check: "factors",
  },
  "has a factor that is no number": {
    part: { ...bonus, factors: (groups) => groups.map(({ rollouts }) => rollouts.map(() => NaN)) },
    check: "factors",
  },
  "weighs by chance": {
    part: { ...bonus, factors: (groups) => groups.map(({ rollouts }) => rollouts.map(() => Math.random())) },
    check: "factors",
  },
  "weighs the first of equals more": {
    part: {
      ...bonus,
      factors: (groups) => groups.map(({ rollouts }) => rollouts.map((_, at) => 1 / (1 + at))),
    },
    check: "identical",
  },
  "weighs first attempts, although it needs attempts": {
    part: { ...bonus, needsAttempts: true },
    check: "attempt",
  },
  "asks the policy without saying so": {
    part: { ...bonus, factors: (groups, embed) => policyBonus.factors(groups, embed) },
    check: "embeds",
  },
  "makes something of nothing": {
    part: {
      ...bonus,
      factors: (groups, embed) => groups.length === 0 ? [[1]] : bonus.factors(groups, embed),
    },
    check: "factors",
  },
};

for (const [fault, { part, check }] of Object.entries(broken)) {
  Deno.test(`checkOperator() catches an operator that ${fault}`, async () => {
    const findings = await checkOperator(part);
    assert.ok(findings.some((finding) => finding.check === check), JSON.stringify(findings));
    assert.ok(findings.every(({ fix = "" }) => fix !== ""), "Each finding says what to write");
  });
}

Deno.test("checkOperator() has an example of a broken operator for each of its checks", () => {
  const shown = new Set(Object.values(broken).map(({ check }) => check));
  assert.deepEqual(
    [...shown].toSorted(),
    [
      "attempt",
      "draws",
      "embeds",
      "factors",
      "hosts",
      "identical",
      "imitations",
      "options",
      "rebuild",
      "rewards",
      "rule",
      "transform",
      "verdict",
      "word",
    ],
  );
});

Deno.test("checkOperator() takes an operator of the user's own, written as an object", async () => {
  const alternate: OperatorPart = {
    part: "operator",
    kind: "alternate",
    options: {},
    given: {},
    rebuild: (given) => {
      if (Object.keys(given).length > 0) throw new UserError("alternate() has no options");
      return alternate;
    },
    iterates: true,
    needsAttempts: true,
    transform: (start) =>
      start.attempt !== null && start.depth % 2 === 1 ? { ...start, mode: "custom-alternate" } : start,
    word: (start, { attempt }) =>
      start.mode === "custom-alternate" ? [{ role: "user", content: attempt.response + "?" }] : undefined,
  };
  assert.deepEqual(await checkOperator(alternate), []);
});
