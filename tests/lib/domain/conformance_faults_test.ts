import assert from "node:assert/strict";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import { isJsonObject, type Json } from "../../../lib/json.ts";
import { play, sound, terms, verdictWith } from "./sums_domain.ts";

function turnOf(state: Json): number {
  return isJsonObject(state) ? Number(state["turn"]) : NaN;
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
  "fails with something to show for it": {
    change: verdictWith({ failed: true }),
    check: "verdict",
    message: /failed, but has a quality of/,
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
    check: "pure",
    message: /^Task "0\+7" changes the task, state or attempt that it is given \("Cannot add property 2/,
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
    check: "json",
    message: /state is Infinity, which JSON does not keep$/,
  },
  "counts what is nearly right as solved": {
    change: { perturbed: (task) => ["99", String(terms(task)[0])] },
    check: "perturbed",
    message: /^Task "0\+7" counts "0" as solved, which is wrong$/,
  },
  "gives what is nearly right a quality of 1": {
    change: {
      perturbed: () => ["99"],
      step: (task, state, response) => {
        const step = play(terms(task), Number(state), response);
        return { ...step, verdict: { ...step.verdict, quality: 1 } };
      },
    },
    check: "perturbed",
    message: /^Task "0\+7" gives "99" a quality of 1, which is wrong$/,
  },
  "counts whatever is said as solved": {
    change: verdictWith({ quality: 1, solved: true, reward: 1 }),
    check: "perturbed",
    message: /^Each of \d+ strange responses counts as solved, and nothing at all is one of them$/,
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
    message: /^Task "0\+7" in turn 1 goes on differently from its task and state as JSON$/,
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
    assert.ok(findings.every(({ fix = "" }) => fix !== ""), "Each finding says what to write");
  });
}
