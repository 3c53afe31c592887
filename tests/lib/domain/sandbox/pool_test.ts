import assert from "node:assert/strict";
import { join } from "node:path";
import { SandboxPool } from "../../../../lib/domain/mod.ts";

const pool = new SandboxPool({ size: 2 });
const layersOfPython = await pool.layers("python").catch((): readonly string[] => []);
const python = layersOfPython.length > 0;

/** Calls something with a new folder. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const bubblewrap of [false, true]) {
  const within = new SandboxPool({ bubblewrap });
  const works = !bubblewrap || (await within.layers("typescript")).includes("bubblewrap");
  const setting = bubblewrap ? "within bubblewrap" : "without bubblewrap";

  Deno.test({
    name: `SandboxPool.run() gives TypeScript its files, its input and its kit ${setting}`,
    ignore: !works,
    fn: () =>
      withFolder(async (folder) => {
        await Deno.mkdir(join(folder, "kit"));
        await Deno.mkdir(join(folder, "input"));
        await Deno.writeTextFile(join(folder, "kit/part.ts"), "export const one: number = 1;");
        await Deno.writeTextFile(join(folder, "kit/mod.ts"), 'export * from "./part.ts";');
        await Deno.writeTextFile(join(folder, "input/train.csv"), "from the folder");
        await Deno.writeTextFile(join(folder, "input/notes.txt"), "not given");
        const { outcome, value, message } = await within.run({
          language: "typescript",
          code:
            'import { one } from "box"; export default (files: Record<string, string>) => ({ ...files, one });',
          files: { test: "by the pipe" },
          input: join(folder, "input"),
          kit: { name: "box", folder: join(folder, "kit"), main: "mod.ts" },
        });
        assert.deepEqual([outcome, message], ["done", ""]);
        assert.deepEqual(value, { train: "from the folder", test: "by the pipe", one: 1 });
      }),
  });

  Deno.test({
    name: `SandboxPool.run() gives what was thrown with its line, without paths of the machine, ${setting}`,
    ignore: !works,
    async fn() {
      const { outcome, message } = await within.run({
        language: "typescript",
        code: 'export default () => {\n  throw new RangeError("too far");\n};',
      });
      assert.deepEqual([outcome, message], ["failed", "RangeError: too far (solution.ts, line 2)"]);
    },
  });
}

Deno.test("SandboxPool.run() gives typed arrays as arrays, a level deep as well", async () => {
  const { value } = await pool.run({
    language: "typescript",
    code: "export default () => [Float64Array.of(0.5, NaN), { ints: Int32Array.of(1, 2) }.ints];",
  });
  assert.deepEqual(value, [[0.5, null], [1, 2]]);
  const plain = await pool.run({
    language: "typescript",
    code: "export default () => ({ at: Float32Array.of(0.5), none: new Uint8Array() });",
  });
  assert.deepEqual(plain.value, { at: [0.5], none: [] });
});

Deno.test({
  name: "SandboxPool.run() gives the text that a Python program submits",
  ignore: !python,
  async fn() {
    const code = 'open("working/submission.csv", "w").write(open("input/train.csv").read() + "!")';
    const { outcome, value } = await pool.run({ language: "python", code, files: { train: "a,b" } });
    assert.deepEqual([outcome, value], ["done", "a,b!"]);
  },
});

Deno.test({
  name: "SandboxPool.run() gives the last line of a Python program's error",
  ignore: !python,
  async fn() {
    const { outcome, message } = await pool.run({ language: "python", code: 'raise ValueError("no")' });
    assert.deepEqual([outcome, message], ["failed", "ValueError: no"]);
  },
});

Deno.test("SandboxPool.run() answers each request by its own report, in whatever order they end", async () => {
  const values = await Promise.all([3, 0, 2, 1, 4].map(async (n) => {
    const code = `export default () => new Promise((resolve) => setTimeout(() => resolve(${n}), ${n} * 20));`;
    return (await pool.run({ language: "typescript", code })).value;
  }));
  assert.deepEqual(values, [3, 0, 2, 1, 4]);
});

Deno.test("SandboxPool.run() keeps a program waiting while as many run as its size", async () => {
  const one = new SandboxPool({ size: 1 });
  const order: string[] = [];
  const held = new AbortController();
  const first = one.run({
    language: "typescript",
    code: "export default () => new Promise(() => setInterval(() => {}, 1000));",
    signal: held.signal,
  }).then(({ outcome }) => order.push(`first ${outcome}`));
  const second = one.run({ language: "typescript", code: "export default () => 2;" })
    .then(({ outcome }) => order.push(`second ${outcome}`));
  const beside = await pool.run({ language: "typescript", code: "export default () => 3;" });
  assert.deepEqual([beside.value, order], [3, []]);
  held.abort();
  await Promise.all([first, second]);
  assert.deepEqual(order, ["first died", "second done"]);
});

Deno.test("SandboxPool.run() ends a program by its signal, and says so", async () => {
  const ending = new AbortController();
  const report = pool.run({
    language: "typescript",
    code: "export default () => { for (;;); };",
    signal: ending.signal,
  });
  await pool.run({ language: "typescript", code: "export default () => 1;" });
  ending.abort();
  const { outcome, message } = await report;
  assert.deepEqual([outcome, message], ["died", "The program was stopped from outside"]);
});

Deno.test("SandboxPool.run() refuses requests that would give a program more than it says", () =>
  withFolder(async (folder) => {
    await Deno.symlink("/etc/hostname", join(folder, "train.csv"));
    const language = "typescript" as const;
    const refused = [
      { language, code: "", files: { "../up": "" } },
      { language, code: "", input: folder },
      { language, code: "", input: "input" },
      { language, code: "", kit: { name: "kit", folder, main: "mod.ts" } },
      { language, code: "", limits: { seconds: 0 } },
    ];
    for (const request of refused) await assert.rejects(pool.run(request), { name: "UserError" });
  }));

Deno.test("SandboxPool.run() refuses a Python that is not there, and Python without bubblewrap", async () => {
  const without = new SandboxPool({ bubblewrap: false });
  await assert.rejects(without.run({ language: "python", code: "" }), /only within bubblewrap/);
  if (!python) return;
  const none = new SandboxPool({ python: "/usr/bin/no-python" });
  await assert.rejects(none.run({ language: "python", code: "" }), /found none/);
});

Deno.test({
  name:
    "SandboxPool.run() refuses an input folder that the user of Python programs cannot read, until it can",
  ignore: !layersOfPython.includes("unprivileged user"),
  fn: () =>
    withFolder(async (folder) => {
      const request = {
        language: "python",
        code: "import os; open('working/submission.csv', 'w').write(str(os.listdir('input')))",
        input: folder,
      } as const;
      await Deno.chmod(folder, 0o700);
      await assert.rejects(pool.run(request), { name: "UserError", message: /let everybody read it/ });
      await Deno.chmod(folder, 0o755);
      assert.equal((await pool.run(request)).outcome, "done");
    }),
});
