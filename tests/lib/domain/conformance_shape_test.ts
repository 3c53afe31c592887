import assert from "node:assert/strict";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import { sound } from "./sums_domain.ts";

/** Values as a domain gives them that nobody has type-checked. */
const given = {
  nothing: JSON.parse("[]")[0],
  text: JSON.parse('"200"'),
  numbers: JSON.parse("[200]"),
  later: JSON.parse("[]").reduce(() => null, Promise.resolve([])),
};

const shapes: Record<string, readonly [change: Partial<Domain>, message: string]> = {
  "a step that gives nothing": [
    { step: () => given.nothing },
    'Task "0+7" got undefined from step(), not { state, verdict, done }',
  ],
  "a verdict that is none": [
    { step: () => ({ state: 0, verdict: given.text, done: true }) },
    'Task "0+7" got the text "200" for a verdict from step()',
  ],
  "a quality that is text": [
    { step: () => ({ state: 0, verdict: { quality: given.text, solved: false, reward: 0 }, done: true }) },
    'Task "0+7" got the text "200" for a quality from step(), no number',
  ],
  "a request that is text": [
    { prompt: () => given.text },
    'Task "0+7" got the text "200" from prompt(), not a list of messages',
  ],
  "a request that comes later": [
    { prompt: () => given.later },
    'Task "0+7" got a promise from prompt(), not a list of messages',
  ],
  "references that are numbers": [
    { reference: () => given.numbers },
    'Task "0+7" got a list of something else from reference(), not a list of texts',
  ],
  "a wrong answer that is no list": [
    { perturbed: () => given.text },
    'Task "0+7" got the text "200" from perturbed(), not a list of texts',
  ],
  "a request to improve that is none": [
    { iterate: () => given.nothing },
    'Task "0+7" with response "" got undefined from iterate(), not a list of messages',
  ],
  "a demonstration that is none": [
    { demonstrate: () => given.nothing },
    'demonstrate() in "base" got undefined from demonstrate(), not { messages, response }',
  ],
  "tasks that come later": [
    { tasks: () => given.later },
    "train tasks got a promise from tasks(), not { size, at }",
  ],
  "a size below 0": [
    { tasks: (split) => ({ ...sound.tasks(split), size: -1 }) },
    "train tasks got the size -1 from tasks(), no whole number and not null",
  ],
  "an id that is a number": [
    { tasks: () => ({ size: 3, at: (index) => ({ id: JSON.parse(String(index)), task: [index, 7] }) }) },
    "train tasks got 0 for an id, not { id, task } with a text for its id",
  ],
};

for (const [what, [change, message]] of Object.entries(shapes)) {
  Deno.test(`checkDomain() tells ${what}, and trips over nothing`, async () => {
    const domain: Domain = { ...sound, ...change, rebuild: () => domain };
    const findings = (await checkDomain(domain, { tasks: 3 })).filter(({ check }) => check === "shape");
    assert.ok(findings.some((finding) => finding.message === message.replace("0+7", "0+7")), message);
    for (const { fix } of findings) assert.match(fix ?? "", /^Let /);
  });
}

Deno.test("checkDomain() refuses traits that are none, by which nothing can be played", async () => {
  const domain: Domain = { ...sound, traits: given.nothing };
  await assert.rejects(
    checkDomain(domain),
    /^UserError: Expected the traits of sums to be .* but found undefined; write/,
  );
});

Deno.test("checkDomain() tells references and wrong answers that are others when asked for again", async () => {
  let calls = 0;
  const references: Domain = { ...sound, reference: () => [String(calls++), "1"], rebuild: () => references };
  const perturbed: Domain = { ...sound, perturbed: () => [`no ${calls++}`], rebuild: () => perturbed };
  for (const [domain, what] of [[references, "references"], [perturbed, "perturbed responses"]] as const) {
    const messages = (await checkDomain(domain, { tasks: 2 })).map(({ message }) => message);
    assert.ok(
      messages.includes(`Task "0+7" has other ${what} when asked for them again`),
      messages.join("\n"),
    );
  }
});

Deno.test("checkDomain() tells a state that is too large, holds itself, has no end of levels or is of no class", async () => {
  const endless = JSON.parse('{ "own": null }');
  endless.own = endless;
  let deep = JSON.parse("[]");
  for (let level = 0; level < 20_000; level++) deep = [deep];
  for (
    const [state, message] of [
      ["x".repeat(1_000_000), /has a state of 1,000,002 characters of JSON, more than 1,000,000$/],
      [endless, /begin\(\)\.own holds itself, which JSON does not keep$/],
      [deep, /begin\(\)\[0\].*… goes 200 levels deep, which JSON does not keep$/],
      [Object.create(Object.create(null)), /begin\(\) is an object of a class, which JSON does not keep$/],
    ] as const
  ) {
    const domain: Domain = { ...sound, begin: () => state, rebuild: () => domain };
    const findings = await checkDomain(domain, { tasks: 2 });
    assert.ok(
      findings.some((finding) => finding.check === "json" && message.test(finding.message)),
      String(message),
    );
  }
});

Deno.test("checkDomain() survives whatever is thrown", async () => {
  const evil = new Proxy({}, {
    getPrototypeOf: () => {
      throw new Error("no");
    },
  });
  const domain: Domain = {
    ...sound,
    step: () => {
      throw evil;
    },
    rebuild: () => domain,
  };
  const findings = await checkDomain(domain, { tasks: 2 });
  assert.ok(findings.some(({ message }) => message === 'Task "0+7" threw "what cannot be shown"'));
});
