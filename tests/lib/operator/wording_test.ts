import assert from "node:assert/strict";
import { sudoku } from "../../../domains/math/sudoku/sudoku.ts";
import { rootStart, type Start } from "../../../lib/curriculum/start.ts";
import type { Domain, Message } from "../../../lib/domain/domain.ts";
import type { Attempt } from "../../../lib/domain/verdict.ts";
import { diverge } from "../../../lib/operator/diverge.ts";
import { improve } from "../../../lib/operator/improve.ts";
import { wordRequest } from "../../../lib/operator/wording.ts";

const compact = sudoku();
const { iterate: _, ...wordless } = compact;

/** A domain without own wording, whose request comes after other messages. */
function chatty(messages: Message[]): Domain {
  return { ...wordless, prompt: () => messages };
}

const request: Message[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "THE REQUEST" },
];
const attempt = {
  response: "THE RESPONSE",
  verdict: { quality: 0.123456, solved: false, reward: 0.654321 },
  feedback: null,
};
const root = rootStart(0, "task", null);
const start = (mode: Start["mode"], feedback: string | null = null): Start => ({
  ...root,
  mode,
  attempt: { ...attempt, feedback },
});

Deno.test("wordRequest() uses the domain's prompt in base mode, with an attempt or without", () => {
  assert.equal(wordRequest(root, chatty(request), null), request);
  assert.equal(wordRequest(start("base"), chatty(request), null), request);
});

Deno.test("wordRequest() uses the domain's own wording where there is one", () => {
  const { id, task } = compact.tasks("train").at(0);
  const history = { ...rootStart(0, id, null), attempt: { ...attempt, response: "1234" } };
  assert.deepEqual(wordRequest({ ...history, mode: "improve" }, compact, task), [
    { role: "user", content: `I${task.givens}1234????????????` },
  ]);
  assert.deepEqual(wordRequest({ ...history, mode: "diverge" }, compact, task), [
    { role: "user", content: `D${task.givens}1234????????????` },
  ]);
});

Deno.test("wordRequest() words the instruction, the request and the response, in this order", () => {
  const [system, user, ...more] = wordRequest(start("improve"), chatty(request), null);
  assert.deepEqual(system, request[0]);
  assert.deepEqual(more, []);
  assert.equal(user?.role, "user");
  assert.match(
    user?.content ?? "",
    /better response[^]*## Request\n\nTHE REQUEST\n\n## Current response\n\nTHE RESPONSE$/,
  );
});

Deno.test("wordRequest() asks a divergence for three parts", () => {
  const text = wordRequest(start("diverge"), chatty(request), null).at(-1)?.content ?? "";
  assert.match(text, /fundamentally different[^]*THE REQUEST[^]*THE RESPONSE[^]*## Form of the new response/);
  assert.equal(text.match(/^- /gm)?.length, 3);
});

Deno.test("wordRequest() asks to mend a failed response first, with what stopped it", () => {
  const text = wordRequest(start("debug", "LINE 3 FAILS"), chatty(request), null).at(-1)?.content ?? "";
  assert.match(
    text,
    /which failed[^]*mend it first[^]*## Request\n\nTHE REQUEST\n\n## Current response\n\nTHE RESPONSE\n\n## Feedback[^]*LINE 3 FAILS$/,
  );
});

Deno.test("wordRequest() asks a domain of its own words to improve what failed", () => {
  const failed: Attempt = { ...attempt, verdict: { quality: 0, solved: false, reward: 0, failed: true } };
  const own: Domain = {
    ...wordless,
    iterate: (_task, _state, { verdict }, mode) => [{ role: "user", content: `${mode} ${verdict.failed}` }],
  };
  assert.deepEqual(wordRequest({ ...root, mode: "debug", attempt: failed }, own, null), [
    { role: "user", content: "improve true" },
  ]);
});

Deno.test("wordRequest() shows feedback but never a verdict", () => {
  for (const mode of ["improve", "debug", "diverge"] as const) {
    const silent = wordRequest(start(mode), chatty(request), null).at(-1)?.content ?? "";
    assert.doesNotMatch(silent, /[Ff]eedback|0\.12|0\.65|solved|false/);
    const told = wordRequest(start(mode, "LINE 3 FAILS"), chatty(request), null).at(-1)?.content ?? "";
    assert.match(told, /THE RESPONSE\n\n## Feedback on the current response\n\nLINE 3 FAILS/);
    assert.doesNotMatch(told, /0\.12|0\.65/);
  }
});

Deno.test("wordRequest() keeps earlier messages and rewrites the last request", () => {
  const dialogue: Message[] = [
    { role: "user", content: "EARLIER" },
    { role: "assistant", content: "DONE" },
    { role: "user", content: "NOW" },
  ];
  const messages = wordRequest(start("improve"), chatty(dialogue), null);
  assert.deepEqual(messages.slice(0, 2), dialogue.slice(0, 2));
  assert.match(messages[2]?.content ?? "", /## Request\n\nNOW\n/);
});

Deno.test("wordRequest() keeps a request that was acted on where it was, before what came of it", () => {
  const conversation: Message[] = [
    { role: "system", content: "RULES" },
    { role: "user", content: "EARLIER" },
    { role: "assistant", content: "DONE" },
    { role: "user", content: "NOW" },
    { role: "assistant", content: "CALL" },
    { role: "tool", content: "RESULT" },
  ];
  for (const mode of ["improve", "diverge"] as const) {
    const messages = wordRequest(start(mode), chatty(conversation), null);
    assert.deepEqual(messages.slice(0, -1), conversation);
    assert.equal(messages.at(-1)?.role, "user");
    assert.match(
      messages.at(-1)?.content ?? "",
      /## Request\n\nNOW\n\n## Current response\n\nTHE RESPONSE(\n|$)/,
    );
  }
});

Deno.test("wordRequest() moves a request behind what stands after it, unless that came of it", () => {
  const turned: Message[] = [{ role: "user", content: "NOW" }, { role: "system", content: "RULES" }];
  const [first, second, ...more] = wordRequest(start("improve"), chatty(turned), null);
  assert.deepEqual(first, turned[1]);
  assert.match(second?.content ?? "", /## Request\n\nNOW\n/);
  assert.deepEqual(more, []);
});

Deno.test("wordRequest() refuses a self-iteration step without an attempt", () => {
  assert.throws(() => wordRequest({ ...root, mode: "improve" }, compact, null), /has no attempt/);
});

Deno.test("operators word requests of their own mode alone", () => {
  const iteration = { domain: chatty(request), task: null, state: null, attempt };
  for (
    const [operator, own, other] of [[improve(), "improve", "diverge"], [
      diverge(),
      "diverge",
      "improve",
    ]] as const
  ) {
    assert.deepEqual(operator.word(start(own), iteration), wordRequest(start(own), chatty(request), null));
    assert.equal(operator.word(start(other), iteration), undefined);
    assert.equal(operator.word(root, iteration), undefined);
  }
});
