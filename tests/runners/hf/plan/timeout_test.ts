import assert from "node:assert/strict";
import fc from "fast-check";
import { chooseTimeout } from "exitlab/runners/hf/plan/timeout.ts";

Deno.test("chooseTimeout() leaves a margin, in whole minutes, within its limits", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 168, noNaN: true }), (hours) => {
    const { seconds } = chooseTimeout(hours, undefined, "exit");
    assert.equal(seconds % 60, 0);
    assert.ok(seconds >= Math.min(hours * 3600 * 1.5 + 900, 7 * 24 * 3600) && seconds <= 7 * 24 * 3600);
    assert.ok(seconds < hours * 3600 * 1.5 + 961);
  }));
});

Deno.test("chooseTimeout() says how it came about, and that it was cut", () => {
  assert.match(
    chooseTimeout(2, undefined, "exit").sentence,
    /^Time-out: 2\.0 h × 1\.5 \+ 15 min = 3 h 15 min; a job/,
  );
  assert.match(
    chooseTimeout(150, undefined, "exit").sentence,
    /225 h 15 min, cut to the longest that is given, 168 h;/,
  );
  assert.match(
    chooseTimeout(2, 4, "exit").sentence,
    /^Time-out: 4 h, as --timeout says, 2 times what is expected$/,
  );
});

Deno.test("chooseTimeout() refuses what is too short or too long, and what it cannot know", () => {
  for (
    const [hours, asked, message] of [
      [
        2,
        1.9,
        /Expected --timeout to be at least the 2\.0 h that a job of arm "exit" is expected to take but found 1\.9 h/,
      ],
      [
        null,
        undefined,
        /Cannot tell how long a job of arm "exit" takes; give --timeout HOURS and --flavor NAME/,
      ],
      [169, undefined, /at most 168 h but found 169\.0 h; ask for fewer tokens .* more in further jobs/],
      [null, 0.1, /Expected --timeout to be from 0\.167 to 168 hours but found 0\.1/],
      [null, 200, /Expected --timeout to be from 0\.167 to 168 hours but found 200/],
    ] as const
  ) assert.throws(() => chooseTimeout(hours, asked, "exit"), { name: "UserError", message });
  assert.equal(chooseTimeout(null, 1, "exit").seconds, 3600);
});
