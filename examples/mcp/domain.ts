/**
 * A domain of an MCP server, graded by what the server's list shows in the end. Try it without a model:
 *
 *     deno task validate examples/mcp/domain.ts --run deno
 *
 * @module
 */
import { type McpDomain, mcpDomain, mcpTools } from "../../mod.ts";

/** Chores to be put on the list, and those of them to be finished. */
type Chores = { readonly all: readonly string[]; readonly finished: readonly string[] };

const server = {
  command: "deno",
  // The server may do nothing but answer.
  args: ["run", "--quiet", "--no-prompt", new URL("to_do_server.ts", import.meta.url).pathname],
};

const chores = ["tea", "bread", "rent", "stamps", "paint", "salt", "keys", "post"];

const toDo: McpDomain<Chores> = mcpDomain({
  name: "to-do",
  version: "1",
  server,
  // A file that is to be planned and run elsewhere would have these as plain data.
  tools: await mcpTools(server),
  tasks: (split) => ({
    size: 4,
    at: (index) => {
      if (index < 0 || index >= 4) throw new RangeError(`Expected an index below 4 but found ${index}`);
      const first = 2 * index + (split === "train" ? 0 : 1);
      const all = [0, 3, 5].map((step) => chores[(first + step) % chores.length] ?? "");
      return { id: all.join(" "), task: { all, finished: all.slice(0, 2) } };
    },
  }),
  requests: ({ all, finished }) => [
    `Put ${all.join(", ")} on the list.`,
    `I have done ${finished.join(" and ")}.`,
  ],
  probe: async ({ all, finished }, session, { ending }) => {
    const { open, done }: { open: string[]; done: string[] } = JSON.parse(
      (await session.call("list", {})).text,
    );
    const left = all.filter((item) => !finished.includes(item));
    const right = [
      ...finished.filter((item) => done.includes(item)),
      ...left.filter((item) => open.includes(item)),
    ];
    const solved = ending === "finished" && right.length === all.length && open.length === left.length;
    const quality = solved ? 1 : 0.9 * right.length / all.length;
    return { quality, solved, reward: quality };
  },
  reference: ({ all, finished }, format) => {
    const calls = (name: string, items: readonly string[]) =>
      format.write(items.map((item) => ({ name, arguments: { item }, positional: [] })));
    return [calls("add", all), format.write([]), calls("finish", finished), format.write([])];
  },
});

export default toDo;
