import assert from "node:assert/strict";
import { evaluate } from "exitlab/lib/loop/evaluate.ts";
import { fitPrompt, type PromptContext } from "exitlab/lib/loop/fit_prompt.ts";
import { policyResponder } from "exitlab/lib/loop/responder.ts";
import { imitatedResponses } from "exitlab/lib/loop/imitate.ts";
import { evaluationRows, evaluationWarnings } from "exitlab/lib/loop/records.ts";
import { rollOut, type RolloutContext, rootSource } from "exitlab/lib/loop/rollout.ts";
import { rootStart, type Start } from "exitlab/lib/curriculum/start.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { promptOperator } from "exitlab/lib/operator/prompt_operator.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import type { Tokenizer } from "exitlab/lib/engine/engine.ts";
import { Random } from "exitlab/lib/random.ts";
import { characterTokenizer } from "exitlab/runners/local/tokenizer.ts";
import { digits } from "../../support/digit_domain.ts";
import { errands } from "./errands_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const domain = digits();
const { task } = domain.tasks("test").at(0);
const long = `${"First I think of this. ".repeat(200)}So it is 3.`;

function start(response: string): Start {
  const verdict = { quality: 0, solved: false, reward: 0 };
  return {
    ...rootStart(0, "root", domain.begin(task)),
    mode: "improve",
    attempt: { response, verdict, feedback: null },
  };
}

/** One token a character. */
function context(size: number, maxTokens: number = 10): PromptContext {
  return { domain, operators: [improve()], policy: { ...stubPolicy(1), context: size }, maxTokens };
}

Deno.test("a prompt that fits is not changed", () => {
  const { text, tokens, shortened } = fitPrompt(start("3"), task, context(500));
  assert.equal(shortened, 0);
  assert.equal(tokens.length, text.length);
  assert.match(text, /## Current response\n\n3$/);
});

Deno.test("a current response that does not fit is shortened as little as it must be; its end stays", () => {
  for (const size of [400, 401, 500, 1000, 3000]) {
    const { text, tokens, shortened } = fitPrompt(start(long), task, context(size));
    assert(tokens.length + 10 <= size);
    // Words are not cut, so that some room may be left, but no more than two words and a number take.
    assert(tokens.length + 10 > size - 60, `${tokens.length} of ${size}`);
    assert(shortened > 0);
    assert.match(text, new RegExp(`\\[\\.\\.\\. ${shortened} characters left out \\.\\.\\.\\]`));
    assert(text.endsWith("So it is 3."));
    assert(text.includes("guess 1 at 0"));
  }
});

Deno.test("of a conversation the current response alone is shortened, and what was said before stays whole", async () => {
  const talk = errands();
  const { task, id } = talk.tasks("test").at(0);
  const said = "1, as it seems to me. ".repeat(20);
  const { state } = await talk.step(task, talk.begin(task), said);
  const { attempt } = start(long);
  const later: Start = { ...rootStart(0, id, state), turn: 1, mode: "improve", attempt };
  const at = { ...context(1000), domain: talk };
  const { text, tokens, shortened } = fitPrompt(later, task, at);
  assert(shortened > 0 && tokens.length + 10 <= 1000);
  assert(text.startsWith(`Be brief.\n\nRequest 0: guess 1\n\n${said}\n\nSeen in turn 0\n\nBelow are`));
  assert(text.endsWith("So it is 3."));
  assert.throws(
    () => fitPrompt(later, task, { ...at, policy: { ...at.policy, context: 500 } }),
    /context of 500 tokens but found \d+ \+ 10 \(task "test-0", turn 1\); raise policy\.context/,
  );
});

Deno.test("a shortened prompt needs no other characters than a policy of printable ASCII has", () => {
  const policy = { tokenizer: characterTokenizer, context: 400 };
  const { tokens, shortened } = fitPrompt(start(long), task, { ...context(400), policy });
  assert(shortened > 0 && tokens.length + 10 <= 400);
  assert.match(characterTokenizer.decode(tokens), /characters left out/);
});

Deno.test("the longest response that fits is found in few tokenisations", () => {
  let encoded = 0;
  const { tokenizer } = stubPolicy(1);
  const counting: Tokenizer = {
    ...tokenizer,
    encodeChat: (messages) => {
      encoded++;
      return tokenizer.encodeChat(messages);
    },
  };
  for (const size of [300, 1000, 4000]) {
    encoded = 0;
    const policy = { tokenizer: counting, context: size };
    const { shortened } = fitPrompt(start(long), task, { ...context(size), policy });
    assert(shortened > 0);
    assert(encoded <= 2 + Math.ceil(Math.log2(long.length)), `${encoded} tokenisations`);
  }
});

Deno.test("what is to be imitated is asked in a prompt that fits as well", async () => {
  const size = 420;
  const rollouts: RolloutContext = {
    ...{
      domain,
      tasks: domain.tasks("train"),
      operators: [improve(), selfImitation()],
      groupSize: 12,
      seed: 4,
    },
    ...{
      policy: { ...stubPolicy(4), context: size },
      sampling: { temperature: 1, maxTokens: 200, publishEvery: 1 },
    },
  };
  const roots = rootSource(domain, rollouts.tasks);
  const groups = await rollOut(rollouts, [0, 1, 2].map((index) => roots.at(index)), 1);
  const imitated = imitatedResponses(groups, rollouts, new Random(1));
  assert(imitated.length > 0);
  for (const { prompt, tokens } of imitated) assert(prompt.length + tokens.length <= size);
});

Deno.test("the attempt stays whole, and an operator's own words get the shortened response as well", () => {
  const at = start(long);
  const before = JSON.stringify(at);
  const operator = promptOperator({
    name: "check",
    instruction: "Check it.",
    probability: 1,
  });
  const asked: Start = { ...at, mode: "custom-check" };
  const { text, shortened } = fitPrompt(asked, task, { ...context(400), operators: [operator] });
  assert(shortened > 0 && text.includes("Check it.") && text.length < 400);
  assert.equal(JSON.stringify(at), before);
});

Deno.test("a prompt that does not fit without any of the response is refused with a sentence", () => {
  assert.throws(
    () => fitPrompt(start(long), task, context(100)),
    /fit the policy's context of 100 tokens but found \d+ \+ 10 \(task "root"\); raise policy\.context/,
  );
  const first = { ...rootStart(0, "root", domain.begin(task)) };
  assert.throws(() => fitPrompt(first, task, context(15)), /context of 15 tokens but found 12 \+ 10/);
});

Deno.test("an evaluation records what its prompts left out, and warns once", async () => {
  const evaluation = { every: 0, steps: 2, samples: 1, tasks: 2, temperature: 1, topP: 1, resamples: 0 };
  const policy = { ...stubPolicy(1), context: 520 };
  const outcomes = await evaluate(
    {
      domain,
      operators: [improve()],
      responder: policyResponder(policy),
      maxTokens: 300,
      evaluation,
      seed: 1,
    },
    4,
  );
  const rows = evaluationRows(outcomes, 4);
  assert(rows.every(({ step, shortened }) => step === 0 ? shortened === 0 : shortened > 0));
  // What was shortened is the prompt: the attempts are as they were drawn.
  assert(rows.every(({ response }) => response?.length === 299));
  const [warning, ...more] = evaluationWarnings(rows, "2026-01-01T00:00:00Z");
  assert.equal(more.length, 0);
  assert.match(
    warning?.message ?? "",
    /^66\.7 % of the prompts in evaluation showed a shortened current response/,
  );
  assert.deepEqual(evaluationWarnings(rows.filter(({ step }) => step === 0), ""), []);
});
