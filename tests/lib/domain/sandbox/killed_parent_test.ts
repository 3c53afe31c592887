import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SandboxPool } from "../../../../lib/domain/mod.ts";

const bubblewrap = (await new SandboxPool().layers("typescript")).includes("bubblewrap");
const python = await new SandboxPool().layers("python").then(() => true, () => false);
const sandbox = pathToFileURL(join(import.meta.dirname ?? "", "../../../../lib/domain/sandbox/mod.ts")).href;
const config = join(import.meta.dirname ?? "", "../../../../deno.json");

/** The standard output of a script of the shell, which may look into /proc where Deno itself may not. */
async function ask(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "ask", ...args],
    stdin: "null",
  })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

/** What comes from a process: a line each, with its number and the start of its command. */
const descendantsOf = (pid: number): Promise<string> =>
  ask(
    `family() {
      for task in /proc/$1/task/*/children; do
        for child in $(cat "$task" 2>/dev/null); do
          echo "$child $(tr '\\0\\n' '  ' <"/proc/$child/cmdline" | cut -c 1-300)"
          family "$child"
        done
      done
    } 2>/dev/null
    family "$1"`,
    String(pid),
  );

const scratchOf = (pids: readonly string[]): Promise<string> =>
  ask(
    `for pid in "$@"; do tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^DENO_DIR=//p'; done | grep '/tmp\\.' | sort -u`,
    ...pids,
  );

/** Those of some processes that still run; when each started tells a process from another that got its number. */
const startsOf = (pids: readonly string[]): Promise<string> =>
  ask(
    `for pid in "$@"; do
      stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
      set -- \${stat##*) }
      [ "$1" = Z ] || echo "$pid \${20}"
    done`,
    ...pids,
  );

/** Asks again and again until an answer will do, or it has been asked often enough; the last answer. */
async function until<Answer>(
  find: () => Promise<Answer>,
  enough: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let tries = 0;; tries++) {
    const answer = await find();
    if (enough(answer) || tries >= 200) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const settings = [
  {
    name: "TypeScript without bubblewrap",
    language: "typescript",
    wrap: false,
    ignore: false,
    program: /^\d+ \S*deno run/m,
  },
  {
    name: "TypeScript within bubblewrap",
    language: "typescript",
    wrap: true,
    ignore: !bubblewrap,
    program: /^\d+ \/cell\/deno run/m,
  },
  {
    name: "Python within bubblewrap",
    language: "python",
    wrap: true,
    ignore: !python,
    program: /^\d+ \S*python\S* .*solution\.py/m,
  },
] as const;

for (const { name, language, wrap, ignore, program } of settings) {
  Deno.test({
    name: `SandboxPool leaves no process and no folder when its own process is killed, ${name}`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      const code = language === "python" ? "while True: pass" : "export default () => { for (;;); };";
      const script = join(folder, "owner.ts");
      await Deno.writeTextFile(
        script,
        `import { SandboxPool } from ${JSON.stringify(sandbox)};
        await new SandboxPool({ bubblewrap: ${wrap} }).run(${
          JSON.stringify({ language, code, limits: { seconds: 100, cpuSeconds: 100 } })
        });`,
      );
      const owner = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-check", "--config", config, "--allow-run", "--allow-read", script],
        stdin: "null",
      }).spawn();
      try {
        const family = await until(() => descendantsOf(owner.pid), (lines) => program.test(lines));
        assert.match(family, program);
        const descendants = family.split("\n").map((line) => line.split(" ")[0] ?? "");
        const scratch = await scratchOf(descendants);
        if (!wrap) assert.notEqual(scratch, "");
        const before = (await startsOf(descendants)).split("\n");
        assert.notDeepEqual(before, [""]);
        owner.kill("SIGKILL");
        await owner.status;
        const left = await until(
          async () => (await startsOf(descendants)).split("\n").filter((process) => before.includes(process)),
          (processes) => processes.length === 0,
        );
        await ask('kill -9 "$@"', ...left.map((process) => process.split(" ")[0] ?? ""));
        assert.deepEqual(left, []);
        for (const path of scratch.split("\n").filter((path) => path !== "")) {
          const gone = await until(() => Deno.stat(path).then(() => false, () => true), (gone) => gone);
          assert.ok(gone, "its scratch folder is left");
        }
      } finally {
        try {
          owner.kill("SIGKILL");
        } catch {
          // It has ended, as it should.
        }
        await owner.status;
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
