/**
 * A to-do list as an MCP server on standard input and output.
 *
 * @module
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import * as v from "valibot";

const open = new Set<string>();
const done = new Set<string>();

/** What a call asks for. */
const call = v.object({
  params: v.object({
    name: v.string(),
    arguments: v.optional(v.object({ item: v.optional(v.string(), "") }), {}),
  }),
});

function perform(name: string, item: string): { readonly text: string; readonly isError: boolean } {
  const answer = (text: string, isError: boolean = false) => ({ text, isError });
  switch (name) {
    case "add":
      if (item === "" || open.has(item)) return answer(`Cannot add "${item}"`, true);
      open.add(item);
      return answer(`Added ${item}`);
    case "finish":
      if (!open.delete(item)) return answer(`There is no "${item}" to finish`, true);
      done.add(item);
      return answer(`Finished ${item}`);
    case "list":
      return answer(JSON.stringify({ open: [...open], done: [...done] }));
    default:
      return answer(`There is no tool "${name}"`, true);
  }
}

const item = { type: "object", properties: { item: { type: "string" } }, required: ["item"] };

const server = new Server({ name: "to-do", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [
    { name: "add", description: "Adds an item to the list.", inputSchema: item },
    { name: "finish", description: "Marks an item as done.", inputSchema: item },
    { name: "list", description: "Shows the list.", inputSchema: { type: "object", properties: {} } },
  ],
}));
server.setRequestHandler(CallToolRequestSchema, (request: unknown) => {
  const { params } = v.parse(call, request);
  const { text, isError } = perform(params.name, params.arguments.item);
  return { content: [{ type: "text", text }], isError };
});
await server.connect(new StdioServerTransport());
