import assert from "node:assert/strict";
import { task } from "../../../support/command_line.ts";

Deno.test("the example's domain holds to its contract, with the program that it names and not without", async () => {
  const { code, stdout, stderr } = await task("validate", "examples/mcp/domain.ts", "--run", "deno");
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^to-do\n {2}may {2}run deno\n {2}train {2}4 tasks {2}4 references score 1 .*\n.*\n {2}nothing is wrong\n$/,
  );
  const refused = await task("validate", "examples/mcp/domain.ts");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^error: .*May not start the MCP server's program deno; add --run deno\n$/m);
});
