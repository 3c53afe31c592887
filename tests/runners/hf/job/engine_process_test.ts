import assert from "node:assert/strict";
import { join } from "node:path";
import { startEngine } from "exitlab/runners/hf/job/engine_process.ts";

/** A server in a file: it answers, and ends itself where it is asked to. */
const server = `
const port = Number(Deno.args[0]);
Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, (request) => {
  if (new URL(request.url).pathname === "/end") setTimeout(() => Deno.exit(3), 10);
  return new Response(String(Deno.pid));
});
`;

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function withServer(
  use: (start: string[], url: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "server.ts");
  await Deno.writeTextFile(file, server);
  const port = freePort();
  const start = [Deno.execPath(), "run", "--no-lock", "--allow-net=127.0.0.1", file, String(port)];
  try {
    await use(start, `http://127.0.0.1:${port}`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ask = async (url: string): Promise<string> => await (await fetch(url)).text();

Deno.test("startEngine() waits until the server answers, starts it again when it ends, and ends it at last", async () => {
  await withServer(async (start, url, folder) => {
    const said: string[] = [];
    const mark = join(folder, "ready");
    const setup = [["sh", "-c", `echo made > ${mark}`]];
    const engine = { setup, start, health: `${url}/health`, url, server: "exitlab" } as const;
    const process = await startEngine(engine, { say: (line) => said.push(line), patience: 60 });
    assert.equal(await Deno.readTextFile(mark), "made\n");
    const first = await ask(url);
    await ask(`${url}/end`);
    let second = first;
    while (second === first) second = await ask(url).catch(() => first);
    assert.ok(said.some((line) => /ended with code 3 and is started again \(1 of 3\)/.test(line)));
    await process.stop();
    await assert.rejects(fetch(url));
  });
});

Deno.test("startEngine() refuses a setup that fails, and a server that never starts", async () => {
  const engine = {
    setup: [["sh", "-c", "exit 4"]],
    start: ["sh", "-c", "exit 5"],
    health: "http://127.0.0.1:9/health",
    url: "http://127.0.0.1:9",
    server: "exitlab",
  } as const;
  await assert.rejects(
    startEngine(engine, { say: () => {} }),
    /Cannot set up the engine: "sh -c exit 4" ended with code 4/,
  );
  const said: string[] = [];
  await assert.rejects(
    startEngine({ ...engine, setup: [] }, { say: (line) => said.push(line), patience: 60 }),
    /The engine does not start/,
  );
  assert.ok(said.some((line) => line === "The engine ended with code 5 and is given up"));
  await assert.rejects(
    startEngine({ ...engine, setup: [], start: ["no-such-program-anywhere"] }, { say: () => {} }),
    /Cannot find the program "no-such-program-anywhere"/,
  );
});
