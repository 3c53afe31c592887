/** The kit's models beside scikit-learn's: recorded answers always, live ones where `python3` has it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkModels } from "./sklearn_models.ts";

const peer = fileURLToPath(new URL("../../../../benchmarks/peers/mlkit_sklearn.py", import.meta.url));

function hasScikitLearn(): boolean {
  try {
    execFileSync("python3", ["-c", "import sklearn"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

Deno.test("the kit's models give the answers recorded from scikit-learn", async () => {
  checkModels(JSON.parse(await Deno.readTextFile(new URL("golden/models.json", import.meta.url))));
});

Deno.test({
  name: "the kit's models give the answers of scikit-learn itself (ignored where python3 has none)",
  ignore: !hasScikitLearn(),
  fn() {
    const env = { ...Deno.env.toObject(), OMP_NUM_THREADS: "1" };
    checkModels(
      JSON.parse(execFileSync("python3", [peer, "golden"], { encoding: "utf8", maxBuffer: 2 ** 26, env })),
    );
  },
});
