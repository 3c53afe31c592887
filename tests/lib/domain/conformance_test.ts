import assert from "node:assert/strict";
import { checkDomain, examineDomain } from "../../../lib/domain/conformance.ts";
import type { Domain, Message } from "../../../lib/domain/domain.ts";
import { isJsonArray, type Json } from "../../../lib/json.ts";
import { play, sound, terms, verdictWith } from "./sums_domain.ts";

Deno.test("checkDomain() finds nothing wrong with a sound domain of several turns", async () => {
  assert.deepEqual(await checkDomain(sound), []);
});

Deno.test("checkDomain() wants nothing of a good episode before its end", async () => {
  const late: Domain = {
    ...sound,
    longest: { prompt: 12, response: 2 },
    mostTurns: { train: 2, test: 2 },
    step: (task, state, response) => {
      const step = play(terms(task), Number(state), response);
      const unfinished = { quality: 0, solved: false, reward: 0 };
      return step.done ? step : { ...step, verdict: unfinished };
    },
  };
  const { findings, splits } = await examineDomain(late);
  assert.deepEqual(findings, []);
  assert.equal(splits.train.referencesRight, 20);
});

Deno.test("checkDomain() takes neither the policy's own words nor a form that all requests explain for a leak", async () => {
  // Each turn repeats a long message that the policy wrote before, and ends with one that every request names.
  const talk = (task: Json): string => `look up ${JSON.stringify(task)} please`;
  const chatty: Domain = {
    ...sound,
    longest: { prompt: 999, response: 99 },
    begin: () => [],
    prompt: (_task, said) => [
      { role: "system", content: "End with <TASK_FINISHED>." },
      ...(isJsonArray(said) ? said : []).flatMap((text): Message[] => [
        { role: "assistant", content: String(text) },
        { role: "user", content: "Go on." },
      ]),
      ...(isJsonArray(said) && said.length > 0 ? [] : [{ role: "user", content: "Begin." } as const]),
    ],
    step: (task, said, response) => {
      const before = isJsonArray(said) ? said : [];
      const wanted = before.length < 2 ? talk(task) : "<TASK_FINISHED>";
      const solved = response === wanted;
      const quality = Number(solved);
      const state = [...before, response];
      return { state, verdict: { quality, solved, reward: quality }, feedback: "", done: state.length === 3 };
    },
    reference: (task) => [talk(task), talk(task), "<TASK_FINISHED>"],
    perturbed: () => [],
    demonstrate: () => ({ messages: [{ role: "user", content: "Show." }], response: "9" }),
  };
  assert.deepEqual(await checkDomain(chatty), []);
});

Deno.test("checkDomain() reports each fault of a task once", async () => {
  const findings = await checkDomain({ ...sound, ...verdictWith({ quality: 2 }) }, { tasks: 3 });
  assert.equal(new Set(findings.map(({ message }) => message)).size, findings.length);
});

Deno.test("examineDomain() counts what it played in each split, and tells how far it is", async () => {
  const told: [string, number, number][] = [];
  const { splits, findings } = await examineDomain(sound, {
    tasks: "all",
    progress: (...step) => told.push(step),
  });
  assert.deepEqual(findings, []);
  const { seconds, steps, milliseconds, ...train } = splits.train;
  const counts = { tasks: 20, size: 20, references: 20, referencesRight: 20 };
  assert.deepEqual(train, { ...counts, perturbed: 40, perturbedSolved: 0 });
  assert.ok(seconds >= 0 && milliseconds >= 0 && steps > 20 * 4);
  assert.equal(splits.test.tasks, 20);
  assert.equal(told.length, 40);
  assert.deepEqual([told[0], told.at(-1)], [["train", 1, 20], ["test", 20, 20]]);
});

Deno.test("examineDomain() counts the references that are wrong and the wrong answers that are solved", async () => {
  const { splits } = await examineDomain({
    ...sound,
    reference: (task) =>
      terms(task)[0] === 3 ? ["5"] : terms(task)[0] === 4 ? [] : sound.reference?.(task) ?? [],
    perturbed: (task) => terms(task)[0] === 3 ? ["5", "3", "3"] : [],
  }, { tasks: 6 });
  const { tasks, references, referencesRight, perturbed, perturbedSolved } = splits.train;
  assert.deepEqual(
    { tasks, references, referencesRight, perturbed, perturbedSolved },
    { tasks: 6, references: 5, referencesRight: 4, perturbed: 3, perturbedSolved: 2 },
  );
});

Deno.test("examineDomain() plays references of every task, and hostile responses on the first 32 of a split", async () => {
  const played = new Map<string, number>();
  const many: Domain = {
    ...sound,
    tasks: (split) => ({ ...sound.tasks(split), size: 100 }),
    step: (task, state, response) => {
      const key = `${JSON.stringify(task)} ${response === "__proto__" ? "hostile" : "other"}`;
      played.set(key, (played.get(key) ?? 0) + 1);
      return play(terms(task), Number(state), response);
    },
  };
  await examineDomain(many, { tasks: "all" });
  const [hostile, other] = ["hostile", "other"].map((kind) =>
    [...played.keys()].filter((key) => key.endsWith(kind))
  );
  assert.equal(other?.length, 200);
  assert.deepEqual(
    hostile?.map((key) => Number(/\d+/.exec(key)?.[0])),
    [0, 0].flatMap(() => Array.from({ length: 32 }, (_, index) => index)),
  );
});

Deno.test("examineDomain() takes the first 1,024 tasks of a source without end when asked for all", async () => {
  const { demonstrate: _, ...undemonstrated } = sound;
  const endless: Domain = {
    ...undemonstrated,
    tasks: (split) => ({ ...sound.tasks(split), size: null }),
    rebuild: () => endless,
  };
  const { splits, findings } = await examineDomain(endless, { tasks: "all" });
  assert.deepEqual([splits.train.tasks, splits.train.size], [1024, null]);
  assert.deepEqual(findings.map(({ check }) => check).filter((check) => check !== "longest"), []);
});
