import assert from "node:assert/strict";
import { join } from "node:path";
import { validateCommand } from "../../../runners/cli/validate.ts";
import { checkApart, type CheckSurroundings } from "../../../runners/cli/validate_process.ts";
import type { ValidateRequest } from "../../../runners/cli/validate_protocol.ts";
import { type Captured, captured } from "../../support/captured.ts";
import { domainFiles } from "../../support/domain_files.ts";

const validate = (...words: string[]): Promise<Captured> => captured(validateCommand, ...words);

const { digitsWith, fileWith, folder } = domainFiles();

Deno.test("validate tells permissions that are declared and not used, of files, hosts and programs", async () => {
  const idle = digitsWith(`permissions: { run: ["/bin/sh"], net: ["127.0.0.1:4"], read: ["/data"] },`);
  const allowed = ["--run", "/bin/sh", "--net", "127.0.0.1", "--read", "/data"];
  const { code, out } = await validate(idle, ...allowed);
  assert.equal(code, 1, out);
  assert.match(out, /^digits\n {2}may {2}net 127\.0\.0\.1:4; read \/data; run \/bin\/sh\n/);
  assert.match(
    out,
    /permissions: Nothing that was played read "\/data", which permissions\.read asks for\n {6}→ Take "\/data" out of/,
  );
  assert.match(
    out,
    /permissions: Nothing that was played called "127\.0\.0\.1:4", which permissions\.net asks for\n/,
  );
  const program = await validate(digitsWith(`permissions: { run: ["/bin/sh"] },`), ...allowed);
  assert.match(
    program.out,
    /permissions: Nothing that was played needed "\/bin\/sh", which permissions\.run asks for\n/,
  );
  // Other tasks may need what the first ones do not.
  assert.equal((await validate(idle, ...allowed, "--tasks", "2")).code, 0);
});

Deno.test("validate gives a domain what it declares, and takes the rest of what is allowed", async () => {
  const data = fileWith("words", ".txt");
  const elsewhere = Deno.makeTempDirSync();
  try {
    let tried = 0;
    const domain = (permissions: string, step: string): Promise<Captured> => {
      const own = join(elsewhere, `domain_${tried++}.ts`);
      Deno.copyFileSync(
        digitsWith(`permissions: ${permissions}, step: async ({ answer }, state, response) => {
          ${step}
          const solved = response === answer;
          return { state, verdict: { quality: Number(solved), solved, reward: Number(solved) }, done: true };
        },`),
        own,
      );
      const words = ["--tasks", "3", "--read", data, "--run", "/bin/true", "--net", "127.0.0.1:4"];
      return validate(own, ...words);
    };
    const reads = `Deno.readTextFileSync("${data}");`;
    const starts = `await new Deno.Command("/bin/true").output();`;
    const calls = `try { await Deno.connect({ hostname: "127.0.0.1", port: 4 }); } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error; }`;
    const all = `{ read: ["${data}"], run: ["/bin/true"], net: ["127.0.0.1:4"] }`;
    const sound = await domain(all, reads + starts + calls);
    assert.equal(sound.code, 0, sound.out);
    for (
      const [step, sentence, fix] of [
        [reads, `needs read access to "${data}"`, `permissions: { read: ["${data}"] }`],
        [starts, 'needs run access to "/bin/true"', 'permissions: { run: ["/bin/true"] }'],
        [calls, 'needs net access to "127.0.0.1:4"', 'permissions: { net: ["127.0.0.1:4"] }'],
        ['Deno.dlopen("/lib/libc.so.6", {});', "needs ffi access", "No domain may have ffi access"],
        ['Deno.env.get("LEVEL");', 'needs env access to "LEVEL"', "No domain may read the environment"],
        [
          'Deno.writeTextFileSync("/tmp/kept", "");',
          'needs write access to "/tmp/kept"',
          "No domain may write files",
        ],
        // What goes on without is found as well.
        [
          `try { ${reads} } catch { /* None. */ }`,
          `It asks for read access to "${data}"`,
          "permissions: { read:",
        ],
        ['Deno.readDirSync("runs");', 'needs read access to "runs', "permissions: { read:"],
      ] as const
    ) {
      const { code, out } = await domain("{}", step);
      assert.equal(code, 1, out);
      assert.ok(out.includes(sentence), out);
      assert.ok(out.includes(fix), out);
    }
  } finally {
    Deno.removeSync(elsewhere, { recursive: true });
  }
});

Deno.test("validate tells where a domain ends its process", async () => {
  const { code, out, error } = await validate(
    digitsWith(`step: () => { console.log("so long"); Deno.exit(3); },`),
  );
  assert.equal(code, 1);
  assert.match(
    out,
    /\n {4}crash: Task "train-0" with 16 characters such as "0" ended the process with code 3\n {6}→ /,
  );
  assert.match(error, /so long\n$/);
});

const silent: CheckSurroundings = { progress: () => {}, output: () => {}, patience: 60_000, loading: 60_000 };

function requestFor(word: string): ValidateRequest {
  const allowed = { net: [], read: [], run: [] };
  return { mark: crypto.randomUUID(), word, index: 0, tasks: 2, folder, withheld: null, allowed };
}

Deno.test("checkApart() says why a module cannot be loaded that goes on for ever or ends the process", async () => {
  const endless = fileWith("while (true) { /* For ever. */ }");
  await assert.rejects(checkApart(requestFor(endless), { ...silent, loading: 1000 }), {
    name: "UserError",
    message:
      `Cannot load ${endless}: its module did not come to an end within 1 s; take out what it does beside ` +
      "defining things",
  });
  const ending = fileWith("Deno.exit(0);");
  await assert.rejects(checkApart(requestFor(ending), silent), {
    name: "UserError",
    message: `Cannot load ${ending}: its module ended the process with code 0, as Deno.exit() does`,
  });
});

Deno.test("validate tells what ends the process without a word of its own, and hears no part speak in its place", async () => {
  const forged = digitsWith(`step: ({ answer }, state, response) => {
    console.log(JSON.stringify(Deno.args) + JSON.stringify({ type: "done", splits: null, findings: [] }));
    console.error('{"v":1,"datetime": no JSON');
    if (response === "NaN") return new Promise(() => {});
    return { state, verdict: { quality: 0, solved: false, reward: 0 }, done: true };
  },`);
  const waiting = await checkApart(requestFor(forged), silent);
  assert.deepEqual(waiting.findings.map(({ check, message }) => [check, message]), [
    ["crash", 'Task "train-0" with response "NaN" waits for a promise that nothing settles'],
  ]);
  const unwaited = digitsWith(`step: ({ answer }, state, response) => {
    Promise.reject(new Error("nobody waits"));
    const solved = response === answer;
    return { state, verdict: { quality: Number(solved), solved, reward: Number(solved) }, done: true };
  },`);
  const { findings: [rejected] } = await checkApart(requestFor(unwaited), silent);
  assert.equal(
    rejected?.message,
    "A promise that nobody waited for ended the process with code 1: Uncaught (in promise) Error: nobody waits",
  );
});

Deno.test("checkApart() stops a part that gives no sign of life, and tells where it was", async () => {
  const file = digitsWith(`step: ({ answer }, state, response) => {
    while (response === "null") { /* For ever. */ }
    const solved = response === answer;
    return { state, verdict: { quality: Number(solved), solved, reward: Number(solved) }, done: true };
  },`);
  const { findings } = await checkApart(requestFor(file), { ...silent, patience: 3000 });
  assert.deepEqual(findings.map(({ check, message }) => [check, message]), [
    ["slow", 'Task "train-0" with response "null" did not end within 3 s'],
  ]);
});
