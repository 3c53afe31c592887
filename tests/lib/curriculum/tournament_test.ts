import assert from "node:assert/strict";
import fc from "fast-check";
import { Tournament } from "../../../lib/curriculum/tournament.ts";

Deno.test("Tournament has no winner before anyone came in", () => {
  assert.equal(new Tournament().winner, -1);
});

Deno.test("Tournament knows the winner after any changes, ties included", () => {
  const change = fc.record({ entrant: fc.nat(30), score: fc.nat(5), order: fc.nat(3) });
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 200 }), (changes) => {
    const standings = new Map<number, { score: number; order: number }>();
    const tournament = new Tournament();
    for (const { entrant, score, order } of changes) {
      const distinct = order * 100 + entrant;
      standings.set(entrant, { score, order: distinct });
      tournament.update(entrant, score, distinct);
      const [best] = [...standings].toSorted(([, a], [, b]) => a.score - b.score || a.order - b.order);
      assert.equal(tournament.winner, best?.[0]);
    }
  }));
});

Deno.test("Tournament takes scores below 0 and many entrants", () => {
  const tournament = new Tournament();
  for (let entrant = 0; entrant < 5000; entrant++) {
    tournament.update(entrant, -((entrant * 7919) % 5000), entrant);
  }
  assert.equal((tournament.winner * 7919) % 5000, 4999);
});
