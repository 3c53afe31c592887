import assert from "node:assert/strict";
import { type SandboxLanguage, SandboxPool, type SandboxReport } from "../../../../lib/domain/mod.ts";
import { type Attack, attackLimits } from "./attacks/attack.ts";
import { pythonAttacks } from "./attacks/python.ts";
import { openScene } from "./attacks/scene.ts";
import { typescriptAttacks } from "./attacks/typescript.ts";
import { folders, foldersLeft, processes, processesLeft } from "./attacks/left_behind.ts";

const attacks: Readonly<Record<SandboxLanguage, readonly Attack[]>> = {
  typescript: typescriptAttacks,
  python: pythonAttacks,
};

const here = await openScene();
Deno.test.afterAll(() => here.close());

const bubblewrap = (await new SandboxPool().layers("typescript")).includes("bubblewrap");
const python = await new SandboxPool().layers("python").then(() => true, () => false);

/** Each setting that programs can run in. */
const settings = [
  { name: "TypeScript without bubblewrap", language: "typescript", wrap: false, ignore: false },
  { name: "TypeScript within bubblewrap", language: "typescript", wrap: true, ignore: !bubblewrap },
  { name: "Python within bubblewrap", language: "python", wrap: true, ignore: !python },
] as const;

async function play(pool: SandboxPool, language: SandboxLanguage, attack: Attack): Promise<SandboxReport> {
  const { scene, kit } = here;
  const request = {
    language,
    limits: { ...attackLimits, ...attack.limits },
    ...(language === "typescript" ? { kit: { name: "kit", folder: kit, main: "mod.ts" } } : {}),
  };
  const first = attack.prepare?.(scene);
  if (first !== undefined) {
    const prepared = await pool.run({ ...request, code: first });
    assert.notEqual(prepared.outcome, "time", "the program before it");
  }
  return await pool.run({ ...request, code: attack.code(scene) });
}

/** What every report has to hold to, whatever the attack. */
function checkHeld({ outcomes }: Attack, report: SandboxReport, before: number): void {
  const { scene } = here;
  const text = JSON.stringify(report);
  assert.ok(outcomes.includes(report.outcome), `ended as ${text}`);
  for (const token of scene.tokens) assert.equal(text.includes(token), false, `has a secret: ${text}`);
  assert.equal(text.includes("forged") && JSON.stringify(report.value).includes("forged"), false, text);
  for (const path of [here.kit, Deno.execPath(), import.meta.dirname ?? "/"]) {
    assert.equal(report.message.includes(path), false, `shows ${path}: ${report.message}`);
  }
  assert.equal(here.connections(), before, "somebody was connected to");
  assert.deepEqual(here.damage(), []);
}

for (const { name, language, wrap, ignore } of settings) {
  Deno.test({
    name: `the sandbox holds ${attacks[language].length} attempts in ${name}`,
    ignore,
    fn: async (test) => {
      const pool = new SandboxPool({ size: 3, bubblewrap: wrap });
      const [foldersBefore, processesBefore] = [folders(), await processes()];
      const before = here.connections();
      const playing = attacks[language].map((attack) => ({ attack, report: play(pool, language, attack) }));
      await Promise.allSettled(playing.map(({ report }) => report));
      for (const { attack, report } of playing) {
        await test.step(attack.name, async () => checkHeld(attack, await report, before));
      }
      await test.step("and runs a plain program afterwards", async () => {
        const code = language === "typescript"
          ? "export default () => 7;"
          : 'open("working/submission.csv", "w").write("7")';
        const { outcome, value } = await pool.run({ language, code });
        assert.deepEqual([outcome, String(value)], ["done", "7"]);
      });
      await test.step("and nothing is left behind", async () => {
        assert.deepEqual(await processesLeft(processesBefore), []);
        assert.deepEqual(await foldersLeft(foldersBefore), []);
      });
    },
  });

  Deno.test({
    name: `each attempt in ${name} is tried by a program that could succeed`,
    ignore: ignore || (language === "typescript" && wrap),
    fn: async (test) => {
      for (const attack of attacks[language]) {
        if (attack.control === undefined) continue;
        await test.step(attack.name, async () => {
          try {
            await control(attack, language);
          } finally {
            here.mend();
          }
        });
      }
    },
  });
}

/** Runs an attack with nothing to hold it, and sees that it gets what it is after. */
async function control(attack: Attack, language: SandboxLanguage): Promise<void> {
  const { scene, environment } = here;
  const before = here.connections();
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/working`);
    Deno.writeTextFileSync(`${folder}/attack`, attack.code(scene));
    const deno =
      `const { default: solve } = await import("data:application/typescript," + encodeURIComponent(Deno.readTextFileSync("attack")));
      console.log(JSON.stringify(await solve())); Deno.exit(0);`;
    const { stdout } = await new Deno.Command(
      language === "typescript" ? Deno.execPath() : "/usr/bin/python3",
      {
        args: language === "typescript" ? ["eval", "--quiet", "--no-config", deno] : ["attack"],
        cwd: folder,
        env: environment,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      },
    ).output();
    const submission = await Deno.readTextFile(`${folder}/working/submission.csv`).catch(() => "");
    const got = new TextDecoder().decode(stdout) + submission;
    if (attack.control === "token") assert.ok(scene.tokens.some((token) => got.includes(token)), got);
    if (attack.control === "canary") assert.match(here.damage().join(), /canary/);
    if (attack.control === "connection") {
      for (let wait = 0; wait < 50 && here.connections() === before; wait++) await pause(20);
      assert.notEqual(here.connections(), before);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("there are at least forty attempts in each language", () => {
  for (const list of Object.values(attacks)) {
    assert.ok(list.length >= 40, String(list.length));
    assert.equal(new Set(list.map(({ name }) => name)).size, list.length);
  }
});

Deno.test("Python is refused where bubblewrap is switched off", async () => {
  const pool = new SandboxPool({ bubblewrap: false });
  await assert.rejects(pool.run({ language: "python", code: "" }), {
    name: "UserError",
    message: /only within bubblewrap/,
  });
});
