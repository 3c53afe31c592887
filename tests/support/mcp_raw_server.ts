/**
 * An MCP server written without the SDK, for what the SDK's would not do. Its first argument says what; the second is a port of
 * this machine that it keeps a connection to for as long as it lives.
 *
 * @module
 */
import * as v from "valibot";

const [what = "", port] = Deno.args;

const request = v.object({
  id: v.optional(v.number()),
  method: v.optional(v.string(), "answer"),
  params: v.optional(v.object({ protocolVersion: v.optional(v.string()) }), {}),
  error: v.optional(v.object({ message: v.string() })),
});

const tool = { name: "look", inputSchema: { type: "object" } };
let pages = 0;
let asked: number | undefined;

function say(message: object): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`));
}

function list(): object {
  switch (what) {
    case "endless list":
      return { tools: [], nextCursor: `page ${++pages}` };
    case "many tools":
      return { tools: Array.from({ length: 5000 }, (_, at) => ({ ...tool, name: `look_${at}` })) };
    case "formless":
      return { tools: 7 };
    default:
      return { tools: [tool] };
  }
}

function answer({ id, method, params, error }: v.InferOutput<typeof request>): void {
  if (method === "initialize") {
    const { protocolVersion } = params;
    const serverInfo = { name: "raw", version: "1" };
    say({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") say({ id, result: list() });
  else if (method === "tools/call" && what === "sampling") {
    asked = id;
    say({ id: 1000, method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
  } else if (method === "tools/call") {
    say({ id, result: { content: what === "formless" ? "none" : [{ type: "text", text: "seen" }] } });
  } else if (method === "answer") {
    say({ id: asked, result: { content: [{ type: "text", text: error?.message ?? "sampled" }] } });
  }
}

if (what === "stubborn") {
  await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  // The end of its input is not its end.
  setInterval(() => {}, 1000);
}
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) answer(v.parse(request, JSON.parse(line)));
}
