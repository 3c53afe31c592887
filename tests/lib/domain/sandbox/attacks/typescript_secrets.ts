import type { Attack } from "./attack.ts";
import { any, attack, fileUrl, quote, solve, token } from "./typescript_code.ts";

/** Attempts in TypeScript to learn something, and to tell it somebody. */
export const typescriptSecrets: readonly Attack[] = [
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
];
