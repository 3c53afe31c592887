/**
 * A process that starts a stubborn server, calls it again on Ctrl-C, and exits without closing it.
 *
 * @module
 */
import { McpSession } from "exitlab/domains/tool_use/mcp/mcp_session.ts";
import { rawServer } from "./mcp_servers.ts";

const session = await McpSession.open(rawServer("stubborn", Deno.args[0]));
const write = (text: string): number => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
Deno.addSignalListener("SIGINT", async () => {
  const { text } = await session.call("look", {}).catch((error: unknown) => ({ text: String(error) }));
  write(text);
  Deno.exit(0);
});
write("ready");
