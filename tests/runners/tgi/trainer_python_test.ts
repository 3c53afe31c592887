/** The trainer's own tests, which are Python as it is. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { root } from "../../support/command_line.ts";
import { trainerCommand } from "../../support/trainer.ts";

const python = trainerCommand === undefined ? undefined : join(dirname(trainerCommand), "python");

Deno.test({
  name: "the trainer's own tests pass",
  ignore: python === undefined || !await has(python, "pytest"),
  fn: async () => {
    const folder = join(root, "tests/runners/tgi/trainer");
    const { code, stdout, stderr } = await new Deno.Command(python ?? "", {
      args: ["-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
      env: { OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
      cwd: root,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 0, said + new TextDecoder().decode(stderr));
    assert.match(said, /\d{2,} passed/);
  },
});

async function has(program: string, module: string): Promise<boolean> {
  try {
    const { code } = await new Deno.Command(program, {
      args: ["-c", `import ${module}`],
      stdout: "null",
      stderr: "null",
    }).output();
    return code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
