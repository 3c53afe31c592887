import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { mcpTools } from "exitlab/domains/tool_use/mcp/mcp_domain.ts";
import { McpSession, ServerLostError, usualLimits } from "exitlab/domains/tool_use/mcp/mcp_session.ts";
import { type McpCall, SessionPool } from "exitlab/domains/tool_use/mcp/session_pool.ts";
import { rawServer, todoServer } from "../../../support/mcp_servers.ts";

Deno.test("a list of tools without end, or of thousands, has an end", async () => {
  assert.deepEqual(await mcpTools(rawServer("endless list")), []);
  assert.equal((await mcpTools(rawServer("many tools"))).length, 1000);
});

Deno.test("an answer that is not of the protocol's form is refused in one sentence", async () => {
  await assert.rejects(
    mcpTools(rawServer("formless")),
    /^UserError: The MCP server .* \(its answer is not of the protocol's form\)$/,
  );
  const session = await McpSession.open(rawServer("formless"));
  await assert.rejects(session.call("look", {}), ServerLostError);
  await session.close();
});

Deno.test("a server that asks for a sample is told that there is none, and goes on", async () => {
  const session = await McpSession.open(rawServer("sampling"));
  assert.deepEqual(await session.call("look", {}), { text: "Method not found", ok: true });
  await session.close();
});

Deno.test("a server that ended while it waited for another call is made again", async () => {
  const pool = new SessionPool<string>("to-do", usualLimits, () => McpSession.open(todoServer));
  const first = await pool.take("task", []);
  const args = { item: "tea" };
  const { text: result, ok } = await first.call("add", args);
  const calls: McpCall[] = [{ name: "add", arguments: args, result, ok }];
  await pool.give("task", calls, first);
  await assert.rejects(first.call("crash", {}), ServerLostError);
  const second = await pool.take("task", calls);
  assert.deepEqual(await second.call("list", {}), { text: '{"open":["tea"],"done":[]}', ok: true });
  await second.close();
  await pool.close();
});

Deno.test("a server does not end by the Ctrl-C of the process that started it, but by its exit", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      fileURLToPath(import.meta.resolve("../../../support/mcp_owner.ts")),
      String(listener.addr.port),
    ],
    // A process group of its own, as a terminal gives to a command.
    detached: true,
    stdout: "piped",
  }).spawn();
  using life = await listener.accept();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await output.read()).value, "ready\n");
  Deno.kill(-child.pid, "SIGINT");
  assert.equal((await output.read()).value, "seen\n");
  assert.equal((await child.status).code, 0);
  assert((await output.read()).done);
  // The connection ends with the server, and not before.
  assert.equal(await life.read(new Uint8Array(1)).catch(() => null), null);
});
