import assert from "node:assert/strict";
import type { Message } from "../../../lib/domain/domain.ts";
import { ChatTemplate } from "../../../lib/engine/chat_template.ts";

const system: Message = { role: "system", content: "Be brief." };
const user: Message = { role: "user", content: "2+2=" };
const assistant: Message = { role: "assistant", content: "4" };
const tool: Message = { role: "tool", content: "5" };

const open = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}" +
  "{% if add_generation_prompt %}<assistant>{% endif %}";

/** As of models that know nobody but user and assistant, in turns. */
const strict = "{% for m in messages %}" +
  "{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('No role ' + m.role) }}{% endif %}" +
  "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Take turns') }}{% endif %}" +
  "<{{ m.role }}>{{ m.content }}{% endfor %}";

/** As of models that pass over what they do not know. */
const silent =
  "{% for m in messages %}{% if m.role in ['user', 'assistant'] %}<{{ m.role }}>{{ m.content }}" +
  "{% endif %}{% endfor %}";

const template = (source: string, words: Record<string, string> = {}): ChatTemplate =>
  new ChatTemplate(source, words, "org/model");

Deno.test("render() uses the template as it is where that has all roles", () => {
  assert.equal(
    template(open).render([system, user, assistant, tool]),
    "<system>Be brief.<user>2+2=<assistant>4<tool>5<assistant>",
  );
});

for (const [name, source] of Object.entries({ strict, silent })) {
  Deno.test(`render() puts the system's text before the first user's (${name})`, () => {
    assert.equal(
      template(source).render([system, user, assistant, user]),
      "<user>Be brief.\n\n2+2=<assistant>4<user>2+2=",
    );
    assert.equal(template(source).render([system]), "<user>Be brief.");
  });

  Deno.test(`render() lets the user say what a tool says (${name})`, () => {
    assert.equal(template(source).render([user, assistant, tool]), "<user>2+2=<assistant>4<user>5");
  });
}

Deno.test("render() joins user messages where the template wants turns", () => {
  assert.equal(
    template(strict).render([user, assistant, tool, user]),
    "<user>2+2=<assistant>4<user>5\n\n2+2=",
  );
  assert.equal(template(silent).render([user, user]), "<user>2+2=<user>2+2=");
});

Deno.test("render() refuses what the template refuses, in one sentence", () => {
  assert.throws(() => template(strict).render([assistant, assistant]), {
    name: "UserError",
    message: "The chat template of org/model refuses the messages (assistant, assistant): Take turns",
  });
});

Deno.test("render() knows the special tokens, and no tools or documents", () => {
  const source =
    "{{ bos_token }}{% if tools is not none %}tools{% endif %}{% if documents %}documents{% endif %}" +
    "{% if eos_token is defined %}eos{% endif %}{{ messages[0].content }}";
  assert.equal(template(source, { "bos_token": "<s>" }).render([user]), "<s>2+2=");
});

Deno.test("render() tells templates the same day, whatever the day is", () => {
  const source = "{{ strftime_now('%d %b %Y, %B %m %A %H:%M %q %%') }}{{ messages[0].content }}";
  assert.equal(template(source).render([user]), "26 Jul 2024, July 07 Friday 00:00 %q %2+2=");
});

Deno.test("render() has Python's range", () => {
  const source =
    "{% for i in range(3) %}{{ i }}{% endfor %} {% for i in range(5, 0, -2) %}{{ i }}{% endfor %}";
  assert.equal(template(source).render([user]), "012 531");
});

Deno.test("ending() is what comes after a response", () => {
  assert.equal(template("{% for m in messages %}{{ m.content }}<end>\n{% endfor %}").ending(), "<end>\n");
  assert.equal(template("{{ raise_exception('no') }}").ending(), "");
});

Deno.test("ChatTemplate refuses what is no template", () => {
  assert.throws(() => template("{% for %}"), {
    name: "UserError",
    message: /^Cannot read the chat template of org\/model: /,
  });
});
