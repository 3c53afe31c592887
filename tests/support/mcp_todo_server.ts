/**
 * A to-do list as an MCP server on standard input and output, by the SDK, with tools that misbehave on request.
 *
 * @module
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import * as v from "valibot";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";

const item = { type: "object", properties: { item: { type: "string" } }, required: ["item"] };
const nothing = { type: "object", properties: {} };

const open = new Set<string>();
const done = new Set<string>();
let asked = 0;

const text = (text: string, isError = false): object => ({ content: [{ type: "text", text }], isError });

interface Tool {
  readonly description: string;
  readonly inputSchema: object;
  call(item: string): object;
}

/** Each tool by its name. */
const tools: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ["add", {
    description: "Adds an item to the list.",
    inputSchema: item,
    call: (item) => {
      if (item === "" || open.has(item)) return text(`Cannot add "${item}"`, true);
      open.add(item);
      return text(`Added ${item}`);
    },
  }],
  ["finish", {
    description: "Marks an item as done.",
    inputSchema: item,
    call: (item) => {
      if (!open.delete(item)) return text(`There is no "${item}"`, true);
      done.add(item);
      return text(`Finished ${item}`);
    },
  }],
  ["list", {
    description: "Shows the list.",
    inputSchema: nothing,
    call: () => text(JSON.stringify({ open: [...open].toSorted(), done: [...done].toSorted() })),
  }],
  ["crash", { description: "Ends the server.", inputSchema: nothing, call: () => Deno.exit(3) }],
  ["hang", { description: "Never answers.", inputSchema: nothing, call: () => new Promise(() => {}) }],
  ["flood", {
    description: "Writes without end.",
    inputSchema: nothing,
    call: () => {
      for (let line = 0; line < 100; line++) Deno.stdout.writeSync(new Uint8Array(100_000).fill(120));
      return text("done");
    },
  }],
  ["refuse", {
    description: "Answers with an error of the protocol.",
    inputSchema: nothing,
    call: () => {
      throw new McpError(ErrorCode.InvalidParams, "not like this");
    },
  }],
  ["babble", {
    description: "Writes what is no message, and then answers.",
    inputSchema: nothing,
    call: () => {
      Deno.stdout.writeSync(new TextEncoder().encode('not json\n{"neither": "a message"}\n\n'));
      return text("after babble");
    },
  }],
  ["picture", {
    description: "Answers with an image and much text.",
    inputSchema: nothing,
    call: () => ({
      content: [{ type: "image", data: "", mimeType: "image/png" }, {
        type: "text",
        text: "x".repeat(50_000),
      }],
    }),
  }],
  ["count", {
    description: "Counts how often any server was asked.",
    inputSchema: nothing,
    call: () => text(`${performance.now()} ${++asked}`),
  }],
  ["environment", {
    description: "Tells of the environment.",
    inputSchema: nothing,
    call: () => text(Object.keys(Deno.env.toObject()).toSorted().join(" ")),
  }],
]);

const server = new Server({ name: "to-do", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [...tools].map(([name, { description, inputSchema }]) => ({ name, description, inputSchema })),
}));
const call = v.object({
  params: v.object({
    name: v.string(),
    arguments: v.optional(v.object({ item: v.optional(v.string(), "") }), {}),
  }),
});
server.setRequestHandler(CallToolRequestSchema, async (request: unknown) => {
  const { params } = v.parse(call, request);
  return await tools.get(params.name)?.call(params.arguments.item) ??
    text(`There is no tool "${params.name}"`, true);
});
await server.connect(new StdioServerTransport());
