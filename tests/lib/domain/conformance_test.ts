import assert from "node:assert/strict";
import { checkDomain, examineDomain } from "../../../lib/domain/conformance.ts";
import type { Domain, Message, Step } from "../../../lib/domain/domain.ts";
import { isJsonArray, isJsonObject, type Json } from "../../../lib/json.ts";

/** The sum of two digits, given one at a time: two turns, the second answers. */
const sound: Domain = {
  part: "domain",
  kind: "sums",
  version: "1",
  options: {},
  given: {},
  rebuild: () => sound,
  traits: { turns: "multi", quality: "graded", feedback: true },
  selfIterationReward: "absolute",
  longest: { prompt: 12, response: 2 },
  tasks: (split) => ({
    size: 20,
    at: (index) => {
      const task = [index, split === "train" ? 7 : 8];
      return { id: task.join("+"), task };
    },
  }),
  begin: () => 0,
  prompt: (task, state) => [{ role: "user", content: `Turn ${state}: ${terms(task)[Number(state)]}` }],
  step: (task, state, response) => play(terms(task), Number(state), response),
  reference: (task) => {
    const [first = 0, second = 0] = terms(task);
    return [String(first), String(first + second)];
  },
  perturbed: (task) => [1, 2].map((off) => String((terms(task)[0] ?? 0) + off)),
  demonstrate: () => ({ messages: [{ role: "user", content: "Turn 0: 99" }], response: "99" }),
};

function terms(task: unknown): number[] {
  return Array.isArray(task) ? task.map(Number) : [];
}

function play([first = 0, second = 0]: number[], turn: number, response: string): Step<number> {
  const wanted = turn === 0 ? first : first + second;
  const solved = response === String(wanted);
  const quality = solved ? 1 : 0.5;
  return {
    state: 1,
    verdict: { quality, solved, reward: quality },
    feedback: solved ? "right" : "wrong",
    done: turn === 1,
  };
}

Deno.test("checkDomain() finds nothing wrong with a sound domain of several turns", async () => {
  assert.deepEqual(await checkDomain(sound), []);
});

function turnOf(state: Json): number {
  return isJsonObject(state) ? Number(state["turn"]) : NaN;
}

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
      ...(isJsonArray(said) ? said : []).map((text): Message => ({
        role: "assistant",
        content: String(text),
      })),
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
    demonstrate: () => ({ messages: [], response: "9" }),
  };
  assert.deepEqual(await checkDomain(chatty), []);
});

/** A step of the sound domain with its verdict changed. */
function verdictWith(change: Partial<Step<number>["verdict"]>): Partial<Domain> {
  return {
    step: (task, state, response) => {
      const step = play(terms(task), Number(state), response);
      return { ...step, verdict: { ...step.verdict, ...change } };
    },
  };
}

let calls = 0;

/** States that a forgetful domain has handed out: it knows them by identity, not by what is in them. */
const handedOut = new WeakSet<object>();

const faults: Record<string, { change: Partial<Domain>; check: string; message?: RegExp }> = {
  "gives a quality that is no number": {
    change: verdictWith({ quality: NaN }),
    check: "verdict",
    message: /NaN/,
  },
  "rewards above 1": { change: verdictWith({ reward: 1.5 }), check: "verdict", message: /reward of 1.5/ },
  "scores its reference below 1": {
    change: verdictWith({ quality: 0.9 }),
    check: "reference",
    message: /0.9/,
  },
  "does not call its reference solved": { change: verdictWith({ solved: false }), check: "reference" },
  "has references for another number of turns": {
    change: { reference: (task) => sound.reference?.(task).slice(0, 1) ?? [] },
    check: "reference",
    message: /has 1 references but its episode goes on after them$/,
  },
  "ends before its references do": {
    change: { reference: (task) => [...sound.reference?.(task) ?? [], "1", "1"] },
    check: "reference",
    message: /has 4 references but its episode ends after 2$/,
  },
  "has different tasks at each call": {
    change: { tasks: () => ({ size: 20, at: () => ({ id: `task ${calls++}`, task: [calls, 7] }) }) },
    check: "tasks",
  },
  "has an id twice": {
    change: {
      tasks: (split) => ({
        size: 20,
        at: (index) => ({ id: split, task: [index, split === "train" ? 7 : 8] }),
      }),
    },
    check: "tasks",
  },
  "has a split without tasks": {
    change: {
      tasks: (split) =>
        split === "train" ? sound.tasks(split) : { size: 0, at: () => ({ id: "", task: null }) },
    },
    check: "tasks",
  },
  "trains on held-out tasks": { change: { tasks: () => sound.tasks("train") }, check: "splits" },
  "trains on held-out tasks under another name": {
    change: {
      tasks: (split) => ({
        size: 9,
        at: (index) => ({ ...sound.tasks("train").at(index), id: `${split} ${index}` }),
      }),
    },
    check: "splits",
  },
  "changes the task it is given": {
    change: {
      step: (task, state, response) => {
        if (Array.isArray(task)) task.push(1);
        return play(terms(task), Number(state), response);
      },
    },
    check: "reference",
    message: /not extensible/,
  },
  "gives another verdict when asked again": {
    change: {
      step: (task, state, response) => ({
        ...play(terms(task), Number(state), response),
        feedback: String(calls++),
      }),
    },
    check: "pure",
  },
  "leads to a state that is no JSON": {
    change: {
      step: (task, state, response) => {
        return { ...play(terms(task), Number(state), response), state: Infinity };
      },
    },
    check: "reference",
    message: /finite/,
  },
  "counts what is nearly right as solved": {
    change: { perturbed: (task) => ["99", String(terms(task)[0])] },
    check: "perturbed",
    message: /^Task "0\+7" counts "0" as solved, which is wrong$/,
  },
  "throws on what is nearly right": {
    change: {
      perturbed: () => {
        throw new Error("no idea");
      },
    },
    check: "perturbed",
    message: /^Task "0\+7" threw "no idea"$/,
  },
  "throws on a response nobody expected": {
    change: {
      step: (task, state, response) => {
        if (!/^\d+$/.test(response)) throw new Error("not a number");
        return play(terms(task), Number(state), response);
      },
    },
    check: "verdict",
    message: /threw "not a number"/,
  },
  "knows a state only as long as it is in memory": {
    change: {
      begin: () => ({ turn: 0 }),
      prompt: (
        task,
        state,
      ) => [{ role: "user", content: `Turn ${turnOf(state)}: ${terms(task)[turnOf(state)]}` }],
      step: (task, state, response) => {
        const known = turnOf(state) === 0 ||
          (typeof state === "object" && state !== null && handedOut.has(state));
        const { state: _, ...step } = play(terms(task), turnOf(state), known ? response : "lost");
        const after = { turn: 1 };
        handedOut.add(after);
        return { ...step, state: after };
      },
    },
    check: "restore",
    message: /^Task "0\+7" goes on differently from its state of turn 1 as JSON$/,
  },
  "throws on a strange response in a later turn": {
    change: {
      step: (task, state, response) => {
        if (state === 1 && response === "") throw new Error("nothing said");
        return play(terms(task), Number(state), response);
      },
    },
    check: "verdict",
    message: /^Task "0\+7" in turn 1 with response "" threw "nothing said"$/,
  },
  "throws once only strange things were said": {
    change: {
      step: (task, state, response) => {
        const { state: _, ...step } = play(terms(task), Number(state), response);
        if (state === 2) throw new Error("lost the thread");
        return { ...step, state: step.verdict.solved ? 1 : 2 };
      },
    },
    check: "verdict",
    message: /^Task "0\+7" with one strange response after another threw "lost the thread"$/,
  },
  "cannot ask on after a strange response": {
    change: {
      step: (task, state, response) => {
        const step = play(terms(task), Number(state), response);
        return step.verdict.solved ? step : { ...step, state: 2 };
      },
      prompt: (task, state) => {
        if (state === 2) throw new Error("nothing to ask");
        return [{ role: "user", content: `Turn ${state}: ${terms(task)[Number(state)]}` }];
      },
    },
    check: "verdict",
    message: /^Task "0\+7" with response "" threw "nothing to ask"$/,
  },
  "has more turns than it says": {
    change: { mostTurns: { train: 1, test: 1 } },
    check: "longest",
    message: /^Task "0\+7" has references for 2 turns, more than the 1 that "mostTurns" says$/,
  },
  "goes on for longer than it says when nothing is right": {
    change: {
      longest: { prompt: 12, response: 2 },
      mostTurns: { train: 2, test: 2 },
      step: (task, state, response) => {
        const step = play(terms(task), Number(state), response);
        return { ...step, done: step.done && step.verdict.solved };
      },
    },
    check: "longest",
    message: /with strange responses takes at least 3 turns, more than the 2/,
  },
  "tells a long answer that only its own prompt holds": {
    change: {
      longest: { prompt: 99, response: 99 },
      prompt: (
        task,
        state,
      ) => [{ role: "tool", content: `The sum of ${terms(task).join(" and ")}, turn ${state}` }],
      reference: (task) => [`The sum of ${terms(task).join(" and ")}`, "1"],
    },
    check: "leak",
    message: /^Task "0\+7" has its reference in its prompt$/,
  },
  "tells the answer": {
    change: {
      prompt: (task, state) => [{ role: "user", content: `(${sound.reference?.(task)[Number(state)]})` }],
    },
    check: "leak",
    message: /Every prompt/,
  },
  "shows its verdict in a self-iteration request": {
    change: { iterate: (_task, _state, { verdict }) => [{ role: "user", content: `${verdict.quality}` }] },
    check: "leak",
    message: /shows its verdict/,
  },
  "writes longer prompts than it says": { change: { longest: { prompt: 3, response: 2 } }, check: "longest" },
  "demonstrates a held-out task": {
    change: { demonstrate: () => ({ messages: [{ role: "user", content: "Turn 0: 3" }], response: "3" }) },
    check: "demonstration",
    message: /held-out/,
  },
  "demonstrates at random": {
    change: { demonstrate: () => ({ messages: [], response: `${calls++ % 10}` }) },
    check: "demonstration",
  },
  "is graded but says it is binary": {
    change: { traits: { ...sound.traits, quality: "binary" } },
    check: "traits",
  },
  "has several turns but says it has one": {
    change: { traits: { ...sound.traits, turns: "single" } },
    check: "traits",
  },
  "gives feedback but says it does not": {
    change: { traits: { ...sound.traits, feedback: false } },
    check: "traits",
  },
};

for (const [fault, { change, check, message = /./ }] of Object.entries(faults)) {
  Deno.test(`checkDomain() catches a domain that ${fault}`, async () => {
    const findings = await checkDomain({ ...sound, ...change }, { tasks: 12 });
    const caught = findings.some((finding) => finding.check === check && message.test(finding.message));
    assert.ok(caught, JSON.stringify(findings.slice(0, 5)));
  });
}

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
  const { seconds, ...train } = splits.train;
  const counts = { tasks: 20, size: 20, references: 20, referencesRight: 20 };
  assert.deepEqual(train, { ...counts, perturbed: 40, perturbedSolved: 0 });
  assert.ok(seconds >= 0 && seconds < 60);
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
  const endless: Domain = { ...undemonstrated, tasks: (split) => ({ ...sound.tasks(split), size: null }) };
  const { splits, findings } = await examineDomain(endless, { tasks: "all" });
  assert.deepEqual([splits.train.tasks, splits.train.size], [1024, null]);
  assert.deepEqual(findings.map(({ check }) => check).filter((check) => check !== "longest"), []);
});
