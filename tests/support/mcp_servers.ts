/**
 * How the tests start servers.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { McpServerCommand } from "exitlab/domains/tool_use/mcp/process_transport.ts";

/** A real server, of the SDK, without permissions; it finds its modules where this process does. */
export const todoServer: McpServerCommand = {
  command: Deno.execPath(),
  args: [
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    "--allow-env=NOTHING_OF_OURS",
    fileURLToPath(import.meta.resolve("./mcp_todo_server.ts")),
  ],
  env: Object.fromEntries(["DENO_DIR", "HOME"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  })),
};

/** A server that does what those of the SDK do not, see `mcp_raw_server.ts`. */
export function rawServer(...args: readonly (string | undefined)[]): McpServerCommand {
  const module = fileURLToPath(import.meta.resolve("./mcp_raw_server.ts"));
  const words = args.filter((arg) => arg !== undefined);
  return {
    ...todoServer,
    args: ["run", "--quiet", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1", module, ...words],
  };
}

/** A program in place of a server. */
export function program(code: string): McpServerCommand {
  return { command: Deno.execPath(), args: ["eval", "--quiet", code] };
}
