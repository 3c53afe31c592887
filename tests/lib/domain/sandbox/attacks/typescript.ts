import type { Attack, Scene } from "./attack.ts";

const solve = (body: string): string => `export default async () => { ${body} };`;
const quote = (text: string): string => JSON.stringify(text);
const fileUrl = (path: string): string => quote(`file://${path}`);

type Held = Pick<Attack, "limits" | "prepare" | "control"> & { readonly outcomes?: Attack["outcomes"] };

function attack(name: string, code: (scene: Scene) => string, held: Held = {}): Attack {
  return { name, code, outcomes: ["failed"], ...held };
}

const token = { control: "token" } as const;
const any = { outcomes: ["failed", "done", "died"] } as const;

/** Attempts in TypeScript. */
export const typescriptAttacks: readonly Attack[] = [
  // Files, read.
  attack("reads a file", ({ secret }) => solve(`return Deno.readTextFileSync(${quote(secret)})`), token),
  attack(
    "opens a file",
    ({ secret }) => solve(`return await new Response((await Deno.open(${quote(secret)})).readable).text()`),
    token,
  ),
  attack(
    "imports a file as text, literally",
    ({ secret }) => `import text from ${fileUrl(secret)} with { type: "text" }; export default () => text;`,
  ),
  attack(
    "imports a file as text, by a computed address",
    ({ secret }) =>
      solve(
        `const at = [${
          fileUrl(secret)
        }].join(""); return (await import(at, { with: { type: "text" } })).default`,
      ),
  ),
  attack(
    "imports JSON, literally",
    ({ secret }) =>
      `import data from ${fileUrl(`${secret}.json`)} with { type: "json" }; export default () => data;`,
  ),
  attack(
    "imports JSON, by a computed address",
    ({ secret }) =>
      solve(
        `const at = [${
          fileUrl(`${secret}.json`)
        }].join(""); return (await import(at, { with: { type: "json" } })).default`,
      ),
  ),
  attack(
    "imports a module, literally",
    ({ secret }) => `import { secret } from ${fileUrl(`${secret}.ts`)}; export default () => secret;`,
  ),
  attack(
    "imports a module, by a computed address",
    ({ secret }) => solve(`return (await import([${fileUrl(`${secret}.ts`)}].join(""))).secret`),
  ),
  attack(
    "imports a module that imports a file",
    ({ secret }) =>
      solve(
        `return (await import("data:text/javascript," + encodeURIComponent(${
          quote(`import text from "file://${secret}" with { type: "text" }; export default text;`)
        }))).default`,
      ),
  ),
  attack(
    "re-exports a file",
    ({ secret }) => `export { secret as default } from ${fileUrl(`${secret}.ts`)};`,
  ),
  attack(
    "fetches a file",
    ({ secret }) => solve(`return await (await fetch(${fileUrl(secret)})).text()`),
    token,
  ),
  attack(
    "reads by node:fs",
    ({ secret }) =>
      `import { readFileSync } from "node:fs"; ${solve(`return readFileSync(${quote(secret)}, "utf8")`)}`,
    token,
  ),
  attack(
    "reads by node:fs/promises",
    ({ secret }) =>
      `import { readFile } from "node:fs/promises"; ${
        solve(`return await readFile(${quote(secret)}, "utf8")`)
      }`,
    token,
  ),
  attack(
    "requires a file",
    ({ secret }) =>
      `import { createRequire } from "node:module"; ${
        solve(`return createRequire("file:///")(${quote(`${secret}.json`)})`)
      }`,
    token,
  ),
  attack(
    "opens a database",
    ({ secret }) =>
      `import { DatabaseSync } from "node:sqlite"; ${
        solve(`return new DatabaseSync(${quote(`${secret}.db`)}).prepare("select * from secrets").all()`)
      }`,
    token,
  ),
  attack(
    "attaches a database",
    ({ secret }) =>
      `import { DatabaseSync } from "node:sqlite"; ${
        solve(
          `const db = new DatabaseSync(":memory:"); db.exec(${
            quote(`attach '${secret}.db' as other`)
          }); return db.prepare("select * from other.secrets").all()`,
        )
      }`,
    token,
  ),
  attack(
    "reads in a worker",
    ({ secret }) =>
      solve(
        `const worker = new Worker("data:text/javascript," + encodeURIComponent(${
          quote(
            `try { postMessage(Deno.readTextFileSync(${
              quote(secret)
            })) } catch (error) { postMessage(error.name) }`,
          )
        }), { type: "module" }); return await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data))`,
      ),
    { outcomes: ["done", "failed", "died"], ...token },
  ),
  attack(
    "imports a file in a worker",
    ({ secret }) =>
      solve(
        `const worker = new Worker("data:text/javascript," + encodeURIComponent(${
          quote(`import text from "file://${secret}" with { type: "text" }; postMessage(text);`)
        }), { type: "module" }); return await new Promise((resolve, reject) => { worker.onmessage = ({ data }) => resolve(data); worker.onerror = (event) => { event.preventDefault(); reject(new Error("refused")); }; })`,
      ),
    any,
  ),
  attack(
    "gives a worker permissions",
    ({ secret }) =>
      solve(
        `const worker = new Worker("data:text/javascript," + encodeURIComponent(${
          quote(`postMessage(Deno.readTextFileSync(${quote(secret)}))`)
        }), { type: "module", deno: { permissions: { read: true } } }); return await new Promise((resolve, reject) => { worker.onmessage = ({ data }) => resolve(data); worker.onerror = (event) => { event.preventDefault(); reject(new Error("refused")); }; })`,
      ),
    any,
  ),
  attack(
    "makes a symbolic link and reads it",
    ({ secret, canary }) =>
      solve(
        `Deno.symlinkSync(${quote(secret)}, ${quote(canary)}); return Deno.readTextFileSync(${
          quote(canary)
        })`,
      ),
    token,
  ),
  attack(
    "makes a hard link and reads it",
    ({ secret, canary }) =>
      solve(
        `Deno.linkSync(${quote(secret)}, ${quote(canary)}); return Deno.readTextFileSync(${quote(canary)})`,
      ),
    token,
  ),
  attack(
    "lists a folder",
    ({ secret }) =>
      solve(`return [...Deno.readDirSync(${quote(secret.replace(/\/[^/]*$/, ""))})].map(({ name }) => name)`),
  ),
  attack(
    "reads the answer key beside its kit",
    ({ answers }) =>
      solve(
        `return Deno.readTextFileSync(new URL("../" + ${
          quote(answers.split("/").slice(-2).join("/"))
        }, import.meta.resolve("kit")))`,
      ),
  ),
  attack(
    "imports the answer key beside its kit",
    ({ answers }) =>
      solve(
        `return (await import(new URL("../" + ${
          quote(answers.split("/").slice(-2).join("/"))
        }, import.meta.resolve("kit")).href, { with: { type: "text" } })).default`,
      ),
  ),
  attack(
    "reads the answer key by a path through its kit",
    ({ answers }) =>
      solve(
        `return Deno.readTextFileSync(decodeURIComponent(new URL(".", import.meta.resolve("kit")).pathname) + "../" + ${
          quote(answers.split("/").slice(-2).join("/"))
        })`,
      ),
  ),
  attack(
    "imports through its kit's name",
    () => `import text from "kit/../secret" with { type: "text" }; export default () => text;`,
  ),
  // What the process knows.
  attack("reads its environment", () => solve(`return Deno.env.toObject()`), token),
  attack(
    "reads its environment by node:process",
    () => `import process from "node:process"; ${solve("return { ...process.env }")}`,
    { outcomes: ["failed", "done"], ...token },
  ),
  attack(
    "reads /proc/self/environ",
    () => solve(`return Deno.readTextFileSync("/proc/self/environ")`),
    token,
  ),
  attack(
    "reads what its parents were started with",
    ({ pid }) =>
      solve(
        `return Deno.readTextFileSync("/proc/${pid}/environ") + Deno.readTextFileSync("/proc/${pid}/cmdline")`,
      ),
  ),
  attack(
    "asks for permissions",
    ({ secret }) =>
      solve(
        `const { state } = await Deno.permissions.request({ name: "read" }); if (state !== "granted") throw new Error(state); return Deno.readTextFileSync(${
          quote(secret)
        })`,
      ),
    token,
  ),
  attack(
    "uses Deno's inner operations",
    ({ secret }) =>
      solve(
        `const { ops } = Deno[Deno.internal].core; return [ops.op_fs_read_file_text_sync, ops.op_fs_read_file_sync].map((op) => String(op(${
          quote(secret)
        })))`,
      ),
    any,
  ),
  attack(
    "leaves a node:vm context",
    ({ secret }) =>
      `import vm from "node:vm"; ${
        solve(
          `return vm.runInNewContext("this.constructor.constructor('return Deno')()").readTextFileSync(${
            quote(secret)
          })`,
        )
      }`,
    token,
  ),
  attack(
    "opens an inspector",
    () =>
      `import inspector from "node:inspector"; ${
        solve("inspector.open(0, '127.0.0.1'); return inspector.url()")
      }`,
    any,
  ),
  attack(
    "names the machine",
    () => solve("return [Deno.hostname(), Deno.networkInterfaces(), Deno.systemMemoryInfo()]"),
  ),
  attack("runs the cell anew", () => solve("return Object.keys(await import(Deno.mainModule))"), {
    outcomes: ["failed", "done", "died", "time"],
  }),
  attack(
    "reads its standard input again",
    () => solve("return await new Response(Deno.stdin.readable).text()"),
    any,
  ),
  // The network.
  attack(
    "connects by TCP",
    ({ ports }) =>
      solve(
        `const to = await Deno.connect({ hostname: "127.0.0.1", port: ${ports.tcp} }); to.close(); return "connected"`,
      ),
    { control: "connection" },
  ),
  attack(
    "fetches",
    ({ ports }) => solve(`return await (await fetch("http://127.0.0.1:${ports.tcp}/")).text()`),
    { control: "connection" },
  ),
  attack(
    "opens a WebSocket",
    ({ ports }) =>
      solve(
        `const socket = new WebSocket("ws://127.0.0.1:${ports.tcp}/"); return await new Promise((resolve) => { socket.onopen = () => resolve("open"); socket.onerror = () => resolve("refused"); socket.onclose = () => resolve("closed"); })`,
      ),
    { outcomes: ["failed", "done", "died"], control: "connection" },
  ),
  attack(
    "connects by node:net",
    ({ ports }) =>
      `import { connect } from "node:net"; ${
        solve(
          `return await new Promise((resolve, reject) => { const socket = connect(${ports.tcp}, "127.0.0.1", () => { socket.destroy(); resolve("connected"); }); socket.on("error", reject); })`,
        )
      }`,
    { control: "connection" },
  ),
  attack(
    "asks by node:http",
    ({ ports }) =>
      `import { get } from "node:http"; ${
        solve(
          `return await new Promise((resolve, reject) => get("http://127.0.0.1:${ports.tcp}/", () => resolve("answer")).on("error", reject))`,
        )
      }`,
    { control: "connection" },
  ),
  attack(
    "sends by UDP",
    ({ ports }) =>
      `import { createSocket } from "node:dgram"; ${
        solve(
          `const socket = createSocket("udp4"); return await new Promise((resolve, reject) => { socket.on("error", reject); socket.send("here", ${ports.udp}, "127.0.0.1", (error) => { socket.close(); error ? reject(error) : resolve("sent"); }); })`,
        )
      }`,
    { ...any, control: "connection" },
  ),
  attack(
    "listens",
    () => solve(`const listener = Deno.listen({ port: 0 }); listener.close(); return "listening"`),
  ),
  attack("resolves a name", () => solve(`return await Deno.resolveDns("example.com", "A")`)),
  attack(
    "resolves a name by node:dns",
    () => `import { lookup } from "node:dns/promises"; ${solve(`return await lookup("localhost")`)}`,
  ),
  attack(
    "imports from the network",
    ({ ports }) => solve(`return await import("http://127.0.0.1:${ports.tcp}/a.ts")`),
  ),
  attack("imports a package", () => solve(`return Object.keys(await import("npm:valibot"))`)),
  attack(
    "connects to a unix socket",
    ({ canary }) => solve(`return await Deno.connect({ transport: "unix", path: ${quote(canary)} })`),
  ),
  // Other programs.
  attack(
    "runs a program",
    ({ secret }) =>
      solve(
        `return new TextDecoder().decode(new Deno.Command("cat", { args: [${
          quote(secret)
        }] }).outputSync().stdout)`,
      ),
    token,
  ),
  attack(
    "runs a program by node:child_process",
    ({ secret }) =>
      `import { execSync } from "node:child_process"; ${
        solve(`return String(execSync("cat " + ${quote(secret)}))`)
      }`,
    token,
  ),
  attack(
    "runs itself with all permissions",
    () => solve(`return new Deno.Command(Deno.execPath(), { args: ["eval", "1"] }).outputSync().code`),
  ),
  attack(
    "loads a library",
    () =>
      solve(
        `return Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }).symbols.getpid()`,
      ),
  ),
  attack(
    "loads an add-on",
    () =>
      `import process from "node:process"; ${
        solve(`process.dlopen({ exports: {} }, "/usr/lib/x86_64-linux-gnu/libc.so.6"); return 1`)
      }`,
  ),
  attack("kills its parent", ({ pid }) => solve(`Deno.kill(${pid}, "SIGKILL")`)),
  attack(
    "kills its parent by node:process",
    ({ pid }) =>
      `import process from "node:process"; ${
        solve(`process.kill(${pid}, 9); process.kill(process.ppid, 9)`)
      }`,
  ),
  attack("kills everybody", () => `import process from "node:process"; ${solve("process.kill(-1, 9)")}`),
  // Files, written.
  attack("writes a file", ({ canary }) => solve(`Deno.writeTextFileSync(${quote(canary)}, "here")`), {
    control: "canary",
  }),
  attack(
    "writes by node:fs",
    ({ canary }) =>
      `import { writeFileSync } from "node:fs"; ${solve(`writeFileSync(${quote(canary)}, "here")`)}`,
    { control: "canary" },
  ),
  attack("makes a temporary file", () => solve("return Deno.makeTempFileSync()")),
  attack(
    "changes its kit",
    () => solve(`Deno.writeTextFileSync(new URL(import.meta.resolve("kit")), "export default 1")`),
  ),
  attack("removes a file", ({ secret }) => solve(`Deno.removeSync(${quote(secret)})`)),
  attack(
    "keeps something in localStorage",
    ({ tokens }) =>
      solve(
        `return localStorage.getItem("kept") ?? ${quote("nothing")}.concat(${quote(String(tokens.length))})`,
      ),
    {
      outcomes: ["done", "failed"],
      prepare: ({ tokens }) => solve(`localStorage.setItem("kept", ${quote(tokens[0] ?? "")}); return 1`),
    },
  ),
  attack(
    "keeps something in the Cache API",
    () =>
      solve(
        `const cache = await caches.open("kept"); return await (await cache.match("https://kept.example/"))?.text() ?? "nothing"`,
      ),
    {
      outcomes: ["done", "failed"],
      prepare: ({ tokens }) =>
        solve(
          `const cache = await caches.open("kept"); await cache.put("https://kept.example/", new Response(${
            quote(tokens[0] ?? "")
          })); return 1`,
        ),
    },
  ),
  attack(
    "keeps something in a key-value store",
    () => solve(`const store = await Deno.openKv(); return (await store.get(["kept"])).value`),
    {
      outcomes: ["done", "failed"],
      prepare: ({ tokens }) =>
        solve(
          `const store = await Deno.openKv(); await store.set(["kept"], ${quote(tokens[0] ?? "")}); return 1`,
        ),
    },
  ),
  // Too much.
  attack("fills the heap", () => solve("const kept = []; for (;;) kept.push(new Array(10_000).fill(1.5))"), {
    outcomes: ["memory"],
  }),
  attack(
    "fills memory with buffers",
    () => solve("const kept = []; for (;;) kept.push(new Uint8Array(4e6).fill(1))"),
    { outcomes: ["memory"] },
  ),
  attack(
    "fills memory with shared buffers",
    () => solve("const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(4e6)).fill(1))"),
    { outcomes: ["memory"] },
  ),
  attack(
    "fills memory with WebAssembly",
    () =>
      solve(
        "const kept = []; for (;;) { const { buffer } = new WebAssembly.Memory({ initial: 64 }); new Uint8Array(buffer).fill(1); kept.push(buffer); }",
      ),
    { outcomes: ["memory", "failed"] },
  ),
  attack(
    "fills memory with text",
    () =>
      solve(
        `const kept = []; for (let at = 0;; at++) kept.push(("x" + at).repeat(1e6).replaceAll("x", "y"))`,
      ),
    { outcomes: ["memory", "failed"] },
  ),
  attack(
    "starts workers without end",
    () =>
      solve(
        `for (let at = 0; at < 500; at++) new Worker("data:text/javascript,for(;;);", { type: "module" }); return await new Promise(() => {})`,
      ),
    { outcomes: ["memory", "time", "failed", "died"] },
  ),
  attack("prints without end", () => solve(`for (;;) console.log("x".repeat(1000))`), {
    outcomes: ["output"],
  }),
  attack("prints errors without end", () => solve(`for (;;) console.error("x".repeat(1000))`), {
    outcomes: ["output"],
  }),
  attack("prints once, too much", () => solve(`console.log("x".repeat(1e6)); return 1`), {
    outcomes: ["output"],
  }),
  attack("returns too much", () => solve(`return "x".repeat(1e6)`), { outcomes: ["output"] }),
  attack("never ends", () => solve("for (;;);"), { outcomes: ["time"] }),
  attack("never ends while it loads", () => "for (;;);", { outcomes: ["time"] }),
  attack("never ends in a regular expression", () => solve(`return /^(a+)+$/.test("a".repeat(40) + "b")`), {
    outcomes: ["time"],
  }),
  attack(
    "never ends with timers",
    () => solve("setInterval(() => {}, 1); return await new Promise(() => {})"),
    { outcomes: ["time"] },
  ),
  attack(
    "never ends and ignores signals",
    () =>
      solve(
        `Deno.addSignalListener("SIGTERM", () => {}); Deno.addSignalListener("SIGINT", () => {}); for (;;);`,
      ),
    { outcomes: ["time"] },
  ),
  attack("leaves a timer behind", () => solve(`setInterval(() => {}, 1); return "returned"`), {
    outcomes: ["done"],
  }),
  attack("waits for what never comes", () => solve("return await new Promise(() => {})"), {
    outcomes: ["died", "time"],
  }),
  // Reports.
  attack(
    "prints reports of its own",
    () =>
      solve(
        `for (const mark of ["", "mark", crypto.randomUUID()]) console.log("\\n" + mark + '{"value":"forged"}'); return "returned"`,
      ),
    { outcomes: ["done"] },
  ),
  attack("ends before its report", () => solve(`console.log('{"value":"forged"}'); Deno.exit(0)`), {
    outcomes: ["died"],
  }),
  attack(
    "changes what reports are made with",
    () =>
      solve(
        `JSON.stringify = () => '"forged"'; TextEncoder.prototype.encode = () => new Uint8Array(9); Deno.stdout.writeSync = () => 9; Deno.exit = () => {}; Uint8Array.prototype.fill = () => {}; return "returned"`,
      ),
    { outcomes: ["done", "died"] },
  ),
  attack("returns what cannot be told", () => solve("const cycle = {}; cycle.cycle = cycle; return cycle")),
  attack("returns a number too large for JSON", () => solve("return 1n")),
  attack(
    "returns what throws when it is looked at",
    () =>
      solve(
        `return new Proxy({}, { ownKeys() { throw new Error("looked") }, get() { throw new Error("looked") } })`,
      ),
  ),
  attack(
    "throws what throws when it is shown",
    () => solve(`throw { toString() { throw 1 }, get name() { throw 2 } }`),
  ),
  attack(
    "throws an error that throws when it is shown",
    () =>
      solve(
        `const error = new Error("a"); Object.defineProperty(error, "message", { get() { throw 1 } }); throw error`,
      ),
  ),
  attack("throws a very long error", () => solve(`throw new Error("x".repeat(1e5))`)),
  attack(
    "returns arrays in arrays without end",
    () => solve(`let deep = []; for (let at = 0; at < 3000; at++) deep = [deep]; return deep`),
    any,
  ),
  attack(
    "fails after it returned",
    () => solve(`queueMicrotask(() => { throw new Error("later") }); return 1`),
    any,
  ),
];
