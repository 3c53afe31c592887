import assert from "node:assert/strict";
import * as v from "valibot";
import { McpSession, usualLimits } from "exitlab/domains/tool_use/mcp/mcp_session.ts";
import { ProcessTransport } from "exitlab/domains/tool_use/mcp/process_transport.ts";
import { program } from "../../../support/mcp_servers.ts";

Deno.test("a server that does not read ends with the transport, even during a long message", async () => {
  const transport = new ProcessTransport(program("setInterval(() => {}, 1000)"));
  await transport.start();
  const sent = assert.rejects(
    transport.send({ jsonrpc: "2.0", method: "long", params: { text: "x".repeat(1_000_000) } }),
  );
  await transport.close();
  await sent;
});

Deno.test("a program that a server leaves behind is not waited for", async () => {
  const said = Promise.withResolvers<unknown>();
  const transport = new ProcessTransport({
    command: "sh",
    args: ["-c", `sleep 60 & echo '{"jsonrpc":"2.0","method":"pid","params":{"pid":'$!'}}'; wait`],
  });
  transport.onmessage = said.resolve;
  await transport.start();
  const { params } = v.parse(v.object({ params: v.object({ pid: v.number() }) }), await said.promise);
  await transport.close();
  // It would not be there if close() had waited for its end.
  Deno.kill(params.pid, "SIGKILL");
});

Deno.test("what a server said last is told if it cannot be started", async () => {
  const code = 'console.error("starting\\nthe key is missing\\n"); Deno.exit(1)';
  await assert.rejects(
    McpSession.open(program(code)),
    /^UserError: Cannot start the MCP server ".*": It ended without an answer; it said: the key is missing$/s,
  );
});

Deno.test("a server that is silent at its start is refused with the seconds", async () => {
  await assert.rejects(
    McpSession.open(program("await Deno.stdin.readable.pipeTo(new WritableStream())"), {
      ...usualLimits,
      start: 0.2,
    }),
    /Cannot start the MCP server ".*": It did not answer within 0\.2 seconds$/,
  );
});

Deno.test("a server that floods its output at its start is refused at once", async () => {
  for (const line of ["y", "{}", '{"jsonrpc":"2.0","method":"notifications/message"}']) {
    const code = `const lines = new TextEncoder().encode(${
      JSON.stringify(`${line}\n`)
    }.repeat(1000)); for (;;) Deno.stdout.writeSync(lines)`;
    await assert.rejects(
      McpSession.open(program(code)),
      /Cannot start the MCP server ".*": The server floods its output(; it said: .*)?$/s,
      line,
    );
  }
});
