import assert from "node:assert/strict";
import { type Asked, checkLeaks } from "../../../lib/domain/conformance_leaks.ts";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import { Findings } from "../../../lib/domain/finding.ts";
import { sound, terms } from "./sums_domain.ts";

/** What is found in prompts: each with its answer, and wrong ones. */
function leaks(
  ...asked: readonly (readonly [prompt: string, reference: string, ...perturbed: string[]])[]
): string[] {
  const findings = new Findings();
  const all = asked.map(([prompt, reference, ...perturbed], at): Asked => ({
    where: `Task "${at}"`,
    prompt,
    reference,
    perturbed,
  }));
  checkLeaks(all, { one: "its prompt", every: "Every prompt", fix: "Take it out" }, findings);
  return findings.all.map(({ message }) => message);
}

const sums = [[3, 4], [8, 9], [12, 13], [20, 1], [6, 40]] as const;

Deno.test("checkLeaks() tells short answers that every prompt holds", () => {
  const told = leaks(
    ...sums.map(([a, b]) => [`${a} and ${b} (${a + b})`, String(a + b), String(a + b + 1)] as const),
  );
  assert.deepEqual(told, ["Every prompt has its own reference in it"]);
  assert.deepEqual(leaks(...sums.map(([a, b]) => [`${a} and ${b}`, String(a + b)] as const)), []);
});

Deno.test("checkLeaks() looks past the words that all references have in common", () => {
  const told = leaks(...sums.map(([a, b]) => [`${a} and ${b} (${a + b})`, `The sum is ${a + b}.`] as const));
  assert.deepEqual(told, ["Every prompt has its own reference in it"]);
  // Digits that the answers have in common belong to them.
  const hundreds = leaks(...sums.map(([a, b]) => [`${a} ${b} ${a}${b}`, `It is 10${a}${b} m`] as const));
  assert.deepEqual(hundreds, []);
});

Deno.test("checkLeaks() takes a choice among what the prompt shows for no leak", () => {
  const largest = sums.map(([a, b]) =>
    [`The larger of ${a}, ${b}?`, String(Math.max(a, b)), String(Math.min(a, b))] as const
  );
  assert.deepEqual(leaks(...largest), []);
  const words = ["elephants are large", "butterflies fly", "crocodiles swim", "hedgehogs sleep"];
  const longest = words.map((text) => {
    const [first = "", ...rest] = text.split(" ").toSorted((a, b) => b.length - a.length);
    return [`The longest word of: ${text}`, first, ...rest] as const;
  });
  assert.deepEqual(leaks(...longest), []);
});

Deno.test("checkLeaks() takes moves that come again and again for no leak", () => {
  const moves = ["north", "south", "east", "west", "open chest"];
  const turns = Array.from({ length: 40 }, (_, at) => moves[at % moves.length] ?? "");
  assert.deepEqual(leaks(...turns.map((move, at) => [`Room ${at}. You may: ${move}.`, move] as const)), []);
});

Deno.test("checkLeaks() tells a long answer in a single prompt", () => {
  const told = leaks(["Say: elephant", "elephant"], ["Say what has humps", "dromedary"]);
  assert.deepEqual(told, ['Task "0" has its reference in its prompt']);
});

/** The sound domain in one turn, that says something of a wrong answer. */
function telling(feedback: string, change: Partial<Domain> = {}): Domain {
  const domain: Domain = {
    ...sound,
    rebuild: () => domain,
    traits: { turns: "single", quality: "binary", feedback: true },
    longest: { prompt: 99, response: 9 },
    prompt: (task) => [{ role: "user", content: `Write ${terms(task)[0]} backwards, twice.` }],
    step: (task, state, response) => {
      const wanted = answerTo(task);
      const solved = response === wanted;
      const quality = Number(solved);
      const said = solved ? "Right" : feedback.replace("ANSWER", wanted);
      return { state, verdict: { quality, solved, reward: quality }, feedback: said, done: true };
    },
    reference: (task) => [answerTo(task)],
    perturbed: () => ["x"],
    demonstrate: () => ({ messages: [{ role: "user", content: "Show." }], response: "9" }),
    ...change,
  };
  return domain;
}

function answerTo(task: unknown): string {
  const [first = 0] = terms(task);
  return String(first + 100).repeat(2);
}

async function leaksOf(domain: Domain): Promise<string[]> {
  const findings = await checkDomain(domain, { tasks: 8 });
  assert.ok(findings.every(({ fix }) => fix !== undefined && fix !== ""));
  return findings.filter(({ check }) => check === "leak").map(({ message }) => message);
}

Deno.test("checkDomain() tells feedback that gives the answer away", async () => {
  const short = { tasks: sound.tasks };
  assert.deepEqual(await leaksOf(telling("Wrong", short)), []);
  assert.deepEqual(await leaksOf(telling("Wrong, it is ANSWER", short)), [
    "All feedback on a wrong answer has its own reference in it",
  ]);
});

Deno.test("checkDomain() tells a request to improve or to diverge that gives the answer away, of each by name", async () => {
  const asking = (mode: "improve" | "diverge"): Domain =>
    telling("Wrong", {
      iterate: (task, _state, { response }, asked) => [
        {
          role: "user",
          content: `Not ${response.slice(0, 9)}${asked === mode ? ` but ${answerTo(task)}` : ""}`,
        },
      ],
    });
  assert.deepEqual(await leaksOf(asking("improve")), [
    'Every request to "improve" a wrong answer has its own reference in it',
  ]);
  assert.deepEqual(await leaksOf(asking("diverge")), [
    'Every request to "diverge" from a wrong answer has its own reference in it',
  ]);
});
