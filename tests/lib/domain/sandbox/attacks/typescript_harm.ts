import { type Attack, patient } from "./attack.ts";
import { any, attack, quote, solve, token } from "./typescript_code.ts";

/** Attempts in TypeScript to change something, to take too much, and to forge reports. */
export const typescriptHarm: readonly Attack[] = [
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
    limits: patient,
    outcomes: ["memory"],
  }),
  attack(
    "fills memory with buffers",
    () => solve("const kept = []; for (;;) kept.push(new Uint8Array(4e6).fill(1))"),
    { limits: patient, outcomes: ["memory"] },
  ),
  attack(
    "fills memory with shared buffers",
    () => solve("const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(4e6)).fill(1))"),
    { limits: patient, outcomes: ["memory"] },
  ),
  attack(
    "fills memory with WebAssembly",
    () =>
      solve(
        "const kept = []; for (;;) { const { buffer } = new WebAssembly.Memory({ initial: 64 }); new Uint8Array(buffer).fill(1); kept.push(buffer); }",
      ),
    { limits: patient, outcomes: ["memory", "failed"] },
  ),
  attack(
    "fills memory with text",
    () =>
      solve(
        `const kept = []; for (;;) kept.push(new TextDecoder().decode(new Uint8Array(8e6).fill(120)))`,
      ),
    { limits: patient, outcomes: ["memory", "failed"] },
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
    limits: patient,
    outcomes: ["output"],
  }),
  attack("prints errors without end", () => solve(`for (;;) console.error("x".repeat(1000))`), {
    limits: patient,
    outcomes: ["output"],
  }),
  attack("prints once, too much", () => solve(`console.log("x".repeat(1e6)); return 1`), {
    limits: patient,
    outcomes: ["output"],
  }),
  attack("returns too much", () => solve(`return "x".repeat(1e6)`), {
    limits: patient,
    outcomes: ["output"],
  }),
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
