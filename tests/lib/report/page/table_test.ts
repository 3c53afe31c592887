import assert from "node:assert/strict";
import { table } from "../../../../lib/report/page/table.ts";

Deno.test("table keeps an interval and a unit together, and breaks long cells into lines", () => {
  const text = String(table([["arm", "k = 0"], ["a".repeat(41), "0.5 [0.4, 0.6]"], ["b", "95 % (2)"]]));
  assert.match(text, /<th scope="row"><span class="long">a+<\/span><\/th>/);
  assert.match(text, /<td>0\.5 \[0\.4,\u00a00\.6\]<\/td>/);
  assert.match(text, /<td>95\u00a0% \(2\)<\/td>/);
  assert.match(String(table([["a"], ["b", "[1, 2]"]], { text: true })), /<td>\[1, 2\]<\/td>/);
});
