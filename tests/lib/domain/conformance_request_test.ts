import assert from "node:assert/strict";
import { checkDomain } from "../../../lib/domain/conformance.ts";
import { explainThrown } from "../../../lib/domain/conformance_thrown.ts";
import { denialFix } from "../../../lib/domain/denial.ts";
import type { Domain, Message } from "../../../lib/domain/domain.ts";
import { sound, terms } from "./sums_domain.ts";

async function findingsOf(check: string, change: Partial<Domain>): Promise<string[]> {
  const domain: Domain = {
    ...sound,
    rebuild: () => domain,
    longest: { prompt: 999, response: 9 },
    ...change,
  };
  const findings = await checkDomain(domain, { tasks: 6 });
  return findings.filter((finding) => finding.check === check).map(({ message }) => message);
}

/** Messages as they are read from a file, where no type keeps a role right. */
function asking(messages: string): (task: unknown, state: unknown) => Message[] {
  return (task, state) => JSON.parse(messages.replaceAll("TASK", `${terms(task)[Number(state)]} ${state}`));
}

for (
  const [messages, told] of [
    ["[]", "asks with no messages"],
    ['[{"role": "human", "content": "TASK"}]', 'has a message of role "human"'],
    ['[{"content": "TASK"}]', "has a message of role undefined"],
    [
      '[{"role": "user", "content": "TASK"}, {"role": "user", "content": " "}]',
      "has a user message without text",
    ],
    [
      '[{"role": "system", "content": ""}, {"role": "user", "content": "TASK"}]',
      "has a system message without text",
    ],
    ['[{"role": "system", "content": "TASK"}]', 'asks with a message of role "system" at the end'],
    [
      '[{"role": "user", "content": "TASK"}, {"role": "assistant", "content": "So"}]',
      'asks with a message of role "assistant" at the end',
    ],
  ] as const
) {
  Deno.test(`checkDomain() tells a prompt that ${told}`, async () => {
    const [first] = await findingsOf("roles", { prompt: asking(messages) });
    assert.equal(first, `Task "0+7" ${told}`);
    const [own] = await findingsOf("roles", { iterate: () => asking(messages)([1], 0) });
    assert.equal(own, `Task "0+7" with response "" in "improve" ${told}`);
  });
}

Deno.test("checkDomain() takes what a policy or a tool said to be nothing", async () => {
  const said =
    '[{"role": "user", "content": "TASK"}, {"role": "assistant", "content": ""}, {"role": "tool", "content": ""}]';
  assert.deepEqual(await findingsOf("roles", { prompt: asking(said) }), []);
});

Deno.test("checkDomain() tells a held-out task that training asks under another id and content", async () => {
  const found = await findingsOf("splits", {
    tasks: (split) => ({
      size: 6,
      at: (index) => {
        const first = split === "train" ? index : index + 4;
        return { id: `${split} ${index}`, task: [first, 7, split === "train" ? 0 : 1] };
      },
    }),
  });
  assert.deepEqual(found, [
    'Held-out task "test 0" asks what task "train 4" of training asks, and has the same answer',
    'Held-out task "test 1" asks what task "train 5" of training asks, and has the same answer',
  ]);
});

Deno.test("checkDomain() tells equal content by both ids, and an id twice by both places", async () => {
  const same = await findingsOf("splits", {
    tasks: (split) => ({ size: 6, at: (index) => ({ id: `${split} ${index}`, task: [index + 1, 7] }) }),
  });
  assert.equal(same[0], 'Task "test 0" is in both splits, in training as "train 0"');
  const twice = await findingsOf("tasks", {
    tasks: (split) => ({
      size: 6,
      at: (index) => ({ id: `${split} ${index % 5}`, task: [index, split === "train" ? 7 : 8] }),
    }),
  });
  assert.deepEqual(twice, [
    'train task 5 ("train 0") has the id of train task 0',
    'test task 5 ("test 0") has the id of test task 0',
  ]);
});

Deno.test("checkDomain() tells a reward rule of the domain's own that leaves [0, 1]", async () => {
  const found = await findingsOf("verdict", {
    selfIterationReward: (before, after) => (after.reward - before.reward) / (1 - before.reward),
  });
  assert.ok(
    found.some((message) => message.includes("gives NaN in") && message.includes("after 1, outside [0, 1]")),
  );
  assert.ok(found.some((message) => message.includes("gives -1 in")));
  const sane = await findingsOf("verdict", { selfIterationReward: (_before, after) => after.reward });
  assert.deepEqual(sane, []);
});

Deno.test("explainThrown() tells what was refused, in an error or behind it, and how to declare it", () => {
  const denied = new Deno.errors.NotCapable('Requires net access to "example.com:443", run again');
  const cause = explainThrown(new Error("no answer", { cause: denied }));
  assert.deepEqual(cause, {
    check: "permissions",
    what: 'needs net access to "example.com:443", which the domain does not declare',
    fix: 'Declare it beside "traits": permissions: { net: ["example.com:443"] }',
  });
  assert.deepEqual(explainThrown(denied, { net: ["example.com"] }), {
    check: "permissions",
    what: 'needs net access to "example.com:443", which the domain declares and this process may not have',
    fix: "Allow it where the domain is checked: deno test --allow-read --allow-net=example.com:443",
  });
  assert.equal(explainThrown(new Error("no answer")), undefined);
  assert.equal(explainThrown(new TypeError("x is not a function")), undefined);
  for (const kind of ["env", "write", "sys", "import"]) {
    assert.doesNotMatch(denialFix({ kind, what: null }), /permissions:/);
  }
});
