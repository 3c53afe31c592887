import assert from "node:assert/strict";
import { McpSession, usualLimits } from "exitlab/domains/tool_use/mcp/mcp_session.ts";
import { type McpCall, SessionPool } from "exitlab/domains/tool_use/mcp/session_pool.ts";
import { todoServer } from "../../../support/mcp_servers.ts";

/** How many servers are started for episodes that are stepped in turn. */
async function starts(
  episodes: number,
  turns: number,
  limits: { readonly servers?: number; readonly idle?: number },
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  let started = 0;
  const pool = new SessionPool<string>("to-do", { ...usualLimits, ...limits }, () => {
    started++;
    return McpSession.open(todoServer);
  });
  const calls = Array.from({ length: episodes }, (): McpCall[] => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [episode, made] of calls.entries()) {
      const session = await pool.take(`task ${episode}`, made);
      const args = { item: `item ${turn}` };
      const { text: result, ok } = await session.call("add", args);
      made.push({ name: "add", arguments: args, result, ok });
      await pool.give(`task ${episode}`, made, session);
      await between();
    }
  }
  await pool.close();
  return started;
}

Deno.test("episodes that are stepped in turn keep their servers, and most of them above the limit", async () => {
  assert.equal(await starts(3, 3, {}), 3);
  const some = await starts(4, 3, { servers: 3 });
  assert(some > 4 && some < 12, `${some} starts`);
});

Deno.test("a server that nobody asks for is stopped", async () => {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  assert.equal(await starts(1, 2, { idle: 0 }, pause), 2);
});
