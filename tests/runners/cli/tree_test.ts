import assert from "node:assert/strict";
import { treeCommand } from "../../../runners/cli/tree.ts";
import { batch, begin, inFolder, tree as fabricated } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";
import { task as denoTask } from "../../support/command_line.ts";

/** Runs `one` with searches after iterations 2 and 4, and `chains` without any. */
function withRuns(work: (runs: string) => Promise<void>): Promise<void> {
  return inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (const n of [1, 2, 3]) await store.write(batch(n));
    const { nodes: _, ...last } = batch(4);
    const nodes = ["wages", "weather"].flatMap((task) =>
      [0, 1].flatMap((sample) => fabricated(4).map((node) => ({ ...node, task, sample })))
    );
    await store.write({ ...last, nodes });
    await store.finish("finished");
    const chains = await begin(runs, "chains");
    await chains.write(batch(1));
    await chains.finish("finished");
    await work(runs);
  });
}

Deno.test("tree shows the last evaluation's search over the first task, with the way to the best", () =>
  withRuns(async (runs) => {
    for (const words of [[`${runs}/one`], ["one", "--runs", runs]]) {
      const { code, out, error } = await captured(treeCommand, ...words);
      assert.equal(error, "");
      assert.equal(code, 0);
      assert.match(out, /^Run one, iteration 4, task "wages" \(1 of 2\), sample 0 \(1 of 2\)\n\n {2}node/);
      assert.match(out, /\n\* 0 draft +failed +– {2}Line 1: it's "quoted"[^\n]*🙂\n\* └─ 1 debug/);
      assert.match(
        out,
        /\n {2} {6}├─ 3 improve +0\.125 {2}1\.000\n\* {7}└─ 4 improve +0\.500 {2}0\.250 {2}best\n/,
      );
      assert.match(out, /5 nodes, 2 failed\. \* is the way to what the search found: node 4/);
      assert.match(
        out,
        /never saw the test scores\. The best of them is 1\.000; to know which takes an oracle/,
      );
      assert.match(out, /\nTasks: wages, weather\n$/);
      assert(![...out].some((letter) => letter < " " && letter !== "\n"));
    }
  }));

Deno.test("tree shows another task, sample and iteration, and the texts of a node", () =>
  withRuns(async (runs) => {
    const other = await captured(treeCommand, `${runs}/one`, "--task", "weather", "--sample", "1");
    assert.match(other.out, /task "weather" \(1 of 2\), sample 1 /);
    const earlier = await captured(treeCommand, `${runs}/one`, "--iteration", "2");
    assert.match(earlier.out, /iteration 2, task "t0" \(1 of 1\), sample 0 \(1 of 1\)/);
    const { out } = await captured(treeCommand, `${runs}/one`, "--node", "1");
    assert.match(out, /^it's "quoted"[^]* 1\n\nFeedback:\nLine 1: it's/);
  }));

Deno.test("tree shows the searches of a run that has not ended", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "live");
    await store.write(batch(2));
    try {
      const { code, out } = await captured(treeCommand, `${runs}/live`);
      assert.equal(code, 0);
      assert.match(out, /^Run live, iteration 2, task "t0"[^]*4 improve +0\.500 {2}0\.250 {2}best/);
    } finally {
      store.close();
    }
  }));

Deno.test("tree refuses what is not there in one sentence", () =>
  withRuns(async (runs) => {
    const refused: readonly (readonly [words: string[], sentence: RegExp])[] = [
      [[], /Expected one run, such as deno task tree runs\/NAME, but found none/],
      [["a", "b"], /but found 2 words/],
      [[runs], /Expected a run's folder or id but found a folder of runs/],
      [["oen", "--runs", runs], /Found no run "oen".*did you mean "one"\?/],
      [[`${runs}/chains`], /Run "chains" has no search: its evaluations are chains \(evaluate\.search makes/],
      [[`${runs}/one`, "--task", "waegs"], /Found no search over task "waegs" \(did you mean "wages"\?\)/],
      [[`${runs}/one`, "--task", "zzz"], /\(there are wages, weather\)/],
      [[`${runs}/one`, "--sample", "2"], /Expected --sample to be one of 0, 1 but found "2"/],
      [[`${runs}/one`, "--iteration", "3"], /Expected --iteration to be one of 2, 4 but found "3"/],
      [[`${runs}/one`, "--node", "x"], /Expected --node to be one of 0, 1, 2, 3, 4 but found "x"/],
      [[`${runs}/one`, "--tasks", "wages"], /Unknown option "--tasks".*did you mean --task\?/],
    ];
    for (const [words, sentence] of refused) {
      const { code, out, error } = await captured(treeCommand, ...words);
      assert.equal(code, 2, words.join(" "));
      assert.equal(out, "");
      assert.match(error, sentence);
      assert.equal(error.trim().split("\n").length, 1, error);
    }
  }));

Deno.test("deno task tree has the permissions that its words call for", () =>
  withRuns(async (runs) => {
    const shown = await denoTask("tree", `${runs}/one`);
    assert.equal(shown.stderr, "");
    assert.match(shown.stdout, /4 improve/);
    const help = await denoTask("tree", "--help");
    assert.match(help.stdout, /^Show a greedy search[^]*Usage: deno task tree RUN \[options\]/);
  }));
