import assert from "node:assert/strict";
import { validateCommand } from "../../../runners/cli/validate.ts";
import { captured } from "../../support/captured.ts";

/** What `validate` says of the first of each kind of fault, and what to write instead. */
const mistakes: Readonly<Record<string, readonly [sentence: string, fix: string]>> = {
  "impure step": [
    'pure: Task "3" ends differently when played again',
    "Let step() follow from its arguments alone: chance from new Random(seed, name) of the task, no clock, and no " +
    "variable outside that it changes",
  ],
  "nan quality": [
    'verdict: Task "pato0" with response "" gives a quality of NaN, outside [0, 1]',
    "Give quality 0 where there is nothing to grade: a division by 0, or Number() of what is no number, is NaN",
  ],
  "leaking answer": [
    "leak: Every prompt has its own reference in it",
    "Take the answer out of what prompt() shows; where the task is to find it there, let perturbed() give wrong " +
    "answers that stand there as well",
  ],
  "not json state": [
    'json: Task "0": begin().best is -Infinity, which JSON does not keep',
    "Use null where there is no number",
  ],
  "duplicate ids": [
    'tasks: train task 3 ("oak") has the id of train task 0',
    "Make the id of the content, such as its text or contentHash(task), so that no two tasks share one",
  ],
  "overlapping splits": [
    'splits: Held-out task "test-0" asks what task "train-11" of training asks, and has the same answer',
    "Split by what is asked and answered, not by index or id: give all tasks with the same question, or the same " +
    "solution, to one side",
  ],
  "throwing parser": [
    'verdict: Task "4" with response "" threw "Unexpected end of JSON input"',
    "Give any text a verdict: catch what the parser throws in step(), and return quality 0, reward 0 and " +
    '"solved: false"',
  ],
  "slow verdict": [
    'slow: Task "1000007" takes # s for a verdict on # characters such as "0", # times as long as on 4 fewer',
    "Cut the response before it is read, such as response.slice(0, 1000), and use no pattern that repeats what " +
    "repeats, such as (\\d+)*",
  ],
  "undeclared permission": [
    'permissions: Task "aa" needs read access to "/usr/share/dict/words", which the domain does not declare',
    'Declare it beside "traits": permissions: { read: ["/usr/share/dict/words"] }, or keep the file in the ' +
    "domain's own folder",
  ],
  "wrong role": [
    'roles: Task "10" asks with a message of role "assistant" at the end',
    'End with a "user" message, or with the "tool" message that the policy is to go on from',
  ],
};

for (const [mistake, [sentence, fix]] of Object.entries(mistakes)) {
  Deno.test(`validate catches the mistake "${mistake}" and says what to write`, async () => {
    const { code, out } = await captured(
      validateCommand,
      `tests/support/mistakes/${mistake.replaceAll(" ", "_")}.ts`,
    );
    assert.equal(code, 1, out);
    const lines = out.split("\n").map((line) => line.trim());
    const first = lines.findIndex((line) => line.endsWith(" finding:") || line.endsWith(" findings:")) + 1;
    // How long it took depends on the machine.
    const said = mistake === "slow verdict"
      ? lines[first]?.replaceAll(/ [\d.]+ (?=s|char|times)/g, " # ")
      : lines[first];
    assert.deepEqual([said, lines[first + 1]], [sentence, `→ ${fix}`]);
    // A mistake is one kind of fault, not a cause of many.
    const kinds = new Set(lines.slice(first).flatMap((line) => /^(\w+): /.exec(line)?.[1] ?? []));
    assert.equal(kinds.size, 1, out);
  });
}

Deno.test("validate finds nothing wrong with the sound domain beside them", async () => {
  const { code, out } = await captured(validateCommand, "tests/support/mistakes/sound.ts");
  assert.equal(code, 0, out);
  assert.match(out, /\n {2}nothing is wrong\n$/);
});

Deno.test("the mistakes are all of those in the folder", () => {
  const names = [...Deno.readDirSync("tests/support/mistakes")].map(({ name }) =>
    name.replace(".ts", "").replaceAll("_", " ")
  );
  assert.deepEqual(names.toSorted(), [...Object.keys(mistakes), "sound"].toSorted());
});
