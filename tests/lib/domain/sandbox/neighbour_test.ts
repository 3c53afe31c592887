import assert from "node:assert/strict";
import { type SandboxLanguage, SandboxPool } from "../../../../lib/domain/mod.ts";

const bubblewrap = (await new SandboxPool().layers("typescript")).includes("bubblewrap");
const python = await new SandboxPool().layers("python").then(() => true, () => false);

/** Programs that hold their files for as long as they may. */
const keeping: Readonly<Record<SandboxLanguage, string>> = {
  typescript: "export default ({ data }) => new Promise(() => setInterval(() => data, 1000));",
  python: `import os, time
os.makedirs("/tmp/kept"); open("/tmp/kept/data", "w").write(open("input/data.csv").read())
time.sleep(100)`,
};

/** Looks for what others hold, through every process and in every place to write. */
const looking: Readonly<Record<SandboxLanguage, string>> = {
  typescript: `export default async () => {
    const found = [];
    const attempt = (look) => { try { found.push(look()); } catch (error) { found.push(error.name); } };
    for (const place of ["/tmp", "/dev/shm", "/proc"]) attempt(() => [...Deno.readDirSync(place)].map(({ name }) => name));
    for (let pid = 1; pid < 400; pid++) {
      for (const file of ["environ", "cmdline", "fd/0", "cwd/input/data.csv", "root/tmp/kept/data"]) {
        attempt(() => Deno.readTextFileSync("/proc/" + pid + "/" + file));
      }
    }
    return found.join();
  };`,
  python: `import glob
found = []
for path in glob.glob("/tmp/*") + glob.glob("/tmp/*/*") + glob.glob("/dev/shm/*") + [
    found for place in ("environ", "cmdline", "cwd/input/data.csv", "root/tmp/kept/data") for found in glob.glob("/proc/[0-9]*/" + place)]:
    try: found.append(open(path, errors="replace").read())
    except OSError: pass
open("working/submission.csv", "w").write("looked\\n" + "\\n".join(found))`,
};

for (
  const { name, language, wrap, ignore } of [
    { name: "TypeScript without bubblewrap", language: "typescript", wrap: false, ignore: false },
    { name: "TypeScript within bubblewrap", language: "typescript", wrap: true, ignore: !bubblewrap },
    { name: "Python within bubblewrap", language: "python", wrap: true, ignore: !python },
  ] as const
) {
  Deno.test({
    name: `SandboxPool.run() keeps a program from what another holds at the same time, ${name}`,
    ignore,
    async fn() {
      const pool = new SandboxPool({ size: 2, bubblewrap: wrap });
      const done = new AbortController();
      const token = crypto.randomUUID();
      const neighbour = pool.run({
        language,
        code: keeping[language],
        files: { data: token },
        limits: { seconds: 100 },
        signal: done.signal,
      });
      // Another program has come and gone, so the neighbour has most likely its files by now.
      await pool.run({ language, code: looking[language] });
      const { outcome, value, message } = await pool.run({ language, code: looking[language] });
      done.abort();
      assert.equal((await neighbour).message, "The program was stopped from outside");
      assert.deepEqual([outcome, message], ["done", ""]);
      assert.ok(!JSON.stringify(value).includes(token));
    },
  });
}

/** Reaches a Unix socket by a path and one by a name that no file system has. */
const reaching: Readonly<Record<SandboxLanguage, (path: string, name: string) => string>> = {
  typescript: (path, name) =>
    `export default async () => {
      const met = [];
      for (const path of [${JSON.stringify(path)}, "\\0${name}"]) {
        try { (await Deno.connect({ transport: "unix", path })).close(); met.push(path); } catch { met.push("refused"); }
      }
      return met;
    };`,
  python: (path, name) =>
    `import os, socket
met = []
for path in (${JSON.stringify(path)}, "\\0${name}"):
    try: socket.socket(socket.AF_UNIX).connect(path); met.append("met")
    except OSError: met.append("refused")
print(met)
if os.path.isdir("working"): open("working/submission.csv", "w").write(",".join(met))`,
};

Deno.test({
  name: "SandboxPool.run() keeps programs from sockets that a program unheld does reach",
  ignore: !python,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    const [path, name] = [`${folder}/socket`, `exitlab-${crypto.randomUUID()}`];
    const listener = new Deno.Command("/usr/bin/python3", {
      args: [
        "-c",
        `import os, selectors, socket, sys
both = selectors.DefaultSelector()
for at in (sys.argv[1], "\\0" + sys.argv[2]):
    each = socket.socket(socket.AF_UNIX); each.bind(at); each.listen(9); both.register(each, 1)
os.chmod(sys.argv[1], 0o777)
print("ready", flush=True)
while True:
    for key, _ in both.select(): key.fileobj.accept()[0].close()`,
        path,
        name,
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const said = listener.stdout.getReader();
    try {
      await said.read();
      const unheld = await new Deno.Command("/usr/bin/python3", {
        args: ["-c", reaching.python(path, name)],
        cwd: folder,
      })
        .output();
      assert.equal(new TextDecoder().decode(unheld.stdout).trim(), "['met', 'met']");
      for (const wrap of [false, true]) {
        const pool = new SandboxPool({ bubblewrap: wrap });
        const { value } = await pool.run({ language: "typescript", code: reaching.typescript(path, name) });
        assert.deepEqual(value, ["refused", "refused"]);
      }
      const { value } = await new SandboxPool().run({
        language: "python",
        code: reaching.python(path, name),
      });
      assert.equal(value, "refused,refused");
    } finally {
      listener.kill("SIGKILL");
      await listener.status;
      await said.cancel();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "what looks for what others hold does find it when nothing holds it",
  ignore: !python,
  async fn() {
    const folder = await Deno.makeTempDir();
    const token = crypto.randomUUID();
    const holder = new Deno.Command("/bin/sleep", {
      args: ["100"],
      env: { TOKEN: token },
      stdin: "null",
    }).spawn();
    try {
      await Deno.mkdir(`${folder}/working`);
      // The number of a process is there before its environment is.
      let found = false;
      for (let tries = 0; tries < 20 && !found; tries++) {
        await new Deno.Command("/usr/bin/python3", { args: ["-c", looking.python], cwd: folder }).output();
        found = (await Deno.readTextFile(`${folder}/working/submission.csv`)).includes(token);
      }
      assert.ok(found);
    } finally {
      holder.kill("SIGKILL");
      await holder.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
});
