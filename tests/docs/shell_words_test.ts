import assert from "node:assert/strict";
import { shellCommands } from "./shell_words.ts";

Deno.test("shellCommands() takes commands apart", () => {
  const text = `deno task sql "from a where b = 1" # all of it
deno task run a.ts \\
  --set 'policy={"rank":16}' && deno task compare > page.md
# nothing`;
  assert.deepEqual(shellCommands(text), [
    ["deno", "task", "sql", "from a where b = 1"],
    ["deno", "task", "run", "a.ts", "--set", 'policy={"rank":16}'],
    ["deno", "task", "compare"],
    ["page.md"],
  ]);
});
