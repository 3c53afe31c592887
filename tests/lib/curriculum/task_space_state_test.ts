import assert from "node:assert/strict";
import { RankDraw } from "../../../lib/curriculum/rank_draw.ts";
import type { Start } from "../../../lib/curriculum/start.ts";
import type { TaskSpace } from "../../../lib/curriculum/task_space.ts";
import type { JsonObject } from "../../../lib/json.ts";
import { Random } from "../../../lib/random.ts";
import { pair, softmax, spaces, startAt } from "./space_pair.ts";

Deno.test("TaskSpace continues from a saved state with the same future, bit for bit", () => {
  const work = (space: TaskSpace, stream: Random): string[] =>
    Array.from({ length: 300 }, () => {
      const start = startAt(stream.int(150));
      space.offer(start, stream.next() / 4);
      if (stream.chance(0.3) && space.has(start.id)) space.measure(start.id, stream.next() / 20);
      return space.draw(stream, 1 + stream.int(2)).map(({ id }) => id).join();
    });
  for (const [byScore, rules] of Object.values(spaces)) {
    const random = new Random(3);
    const [original] = pair(byScore, rules);
    work(original, random);
    const [restored] = pair(byScore, rules);
    work(restored, new Random(8));
    restored.restore(JSON.parse(JSON.stringify(original.state())));
    assert.deepEqual(restored.entries(), original.entries());
    const stream = new Random(0);
    stream.restore(random.state());
    assert.deepEqual(work(restored, stream), work(original, random));
    assert.deepEqual(restored.state(), original.state());
    assert.equal(restored.effectiveSize(), original.effectiveSize());
  }
});

function withVerdict(start: Start, more: JsonObject): JsonObject {
  return { ...start, attempt: { response: "x", verdict: { ...wrong, ...more }, feedback: null } };
}

const wrong = { quality: 0, solved: false, reward: 0 };

Deno.test("TaskSpace restores that an attempt failed", () => {
  const [space] = pair(softmax(4), { capacity: 2, staleness: 0.5 });
  const attempt = { response: "x", verdict: { ...wrong, failed: true }, feedback: "Line 1" };
  space.offer({ ...startAt(0), mode: "debug", attempt }, 0.1);
  const [restored] = pair(softmax(4), { capacity: 2, staleness: 0.5 });
  restored.restore(JSON.parse(JSON.stringify(space.state())));
  assert.deepEqual(restored.entries(), space.entries());
});

Deno.test("TaskSpace refuses states that are not its own, and stays as it was", () => {
  const entry = { start: startAt(1), score: 0.1, visits: 0, order: 0 };
  const byScore = { slope: 0, anchor: 0 };
  const good = { entered: 1, draws: { batch: 1, lasts: [1], byScore }, entries: [entry] };
  const [space] = pair(softmax(4), { capacity: 2, staleness: 0.5 });
  space.offer(startAt(0), 0.1);
  const state = space.state();
  const three = [0, 1, 2].map((index) => ({ ...entry, start: startAt(index) }));
  for (
    const wrong of [
      null,
      {},
      { ...good, entries: [{ ...entry, score: -1 }] },
      { ...good, entries: [{ ...entry, start: { ...entry.start, mode: "guess" } }] },
      { ...good, entries: [{ ...entry, start: withVerdict(entry.start, { failed: "yes" }) }] },
      { ...good, entries: [{ ...entry, start: withVerdict(entry.start, { broken: true }) }] },
      { ...good, draws: { ...good.draws, lasts: [1, 1] }, entries: [entry, entry] },
      { ...good, draws: { ...good.draws, lasts: [1, 1, 1] }, entries: three },
      { ...good, draws: { ...good.draws, lasts: [] } },
      { ...good, draws: { ...good.draws, lasts: [2] } },
      { ...good, draws: { ...good.draws, byScore: { slope: null, anchor: 0 } } },
      { ...good, draws: { ...good.draws, byScore: [0] } },
    ]
  ) {
    assert.throws(() => space.restore(wrong), TypeError);
    assert.deepEqual(space.state(), state);
  }
  space.restore(good);
  assert.deepEqual(space.state(), good);
});

Deno.test("RankDraw refuses states that do not fit its scores, and stays as it was", () => {
  const draw = new RankDraw(1);
  draw.set(0, 0.1);
  for (const wrong of [null, {}, [], [0, 1], [-1], [0.5]]) {
    assert.throws(() => draw.restore(wrong, [0.2]), TypeError);
  }
  assert.throws(() => draw.restore([0, 0], [0.2, 0.1]), TypeError);
  assert.deepEqual(draw.state(), [0]);
});
