import assert from "node:assert/strict";
import { parseCommandLine } from "exitlab/runners/cli/command.ts";
import { expectNoHub, hfOptions, readPlacement } from "exitlab/runners/cli/hf_options.ts";
import { readHub } from "exitlab/runners/cli/hub_access.ts";
import { planCommand } from "exitlab/runners/cli/plan.ts";
import type { Compiled } from "exitlab/lib/experiment/compile.ts";
import gsm8k from "exitlab/experiments/exit_gsm8k.ts";
import { compiled, hardwareFile } from "../hf/plan/list.ts";

const line = (...words: string[]) => parseCommandLine(planCommand, words);
const here = compiled(gsm8k, { arms: ["grpo"] });

Deno.test("readPlacement() chooses from a saved list", async () => {
  const placement = await readPlacement(line("--hardware", hardwareFile, "--secret", "MINE"), here);
  assert.deepEqual(Object.keys(placement.arms), ["grpo"]);
  assert.equal(placement.hardware.source, hardwareFile);
  assert.deepEqual(placement.secrets, ["HF_TOKEN", "MINE"]);
});

Deno.test("readPlacement() refuses options of another form with one sentence", async () => {
  for (
    const [words, message] of [
      [["--timeout", "soon"], 'Expected --timeout to be a number above 0, such as 6, but found "soon"'],
      [["--max-cost", "-1"], undefined],
      [["--max-cost=0"], 'Expected --max-cost to be a number above 0, such as 50, but found "0"'],
      [["--parameters", "3B"], 'Expected --parameters to be a number above 0, such as 3.2e9, but found "3B"'],
      [
        ["--parameters", "3.2"],
        'Expected --parameters to be the number of a model\'s parameters, such as 3.2e9, but found "3.2"',
      ],
      [["--engine", "vllm"], 'Expected --engine to be one of embedded, exitlab, skyrl but found "vllm"'],
      [
        ["--image", "a b"],
        'Expected --image to be a container image such as denoland/deno:debian-2.9.6 but found "a b"',
      ],
      [
        ["--secret", "KEY=value"],
        "Expected --secret to be the name of a variable, such as WANDB_API_KEY, but found something else; its value is read " +
        "from the environment",
      ],
    ] as const
  ) {
    if (message === undefined) assert.throws(() => line(...words));
    else {await assert.rejects(readPlacement(line("--hardware", hardwareFile, ...words), here), {
        name: "UserError",
        message,
      });}
  }
  // A token in the place of its name is not shown again.
  const token = `hf_${"a".repeat(34)}`;
  await assert.rejects(readPlacement(line("--hardware", hardwareFile, "--secret", token), here), (error) => {
    assert(error instanceof Error);
    return !error.message.includes(token);
  });
});

Deno.test("readHub() takes an address alone", () => {
  assert.equal(readHub(line()), "https://huggingface.co");
  assert.equal(readHub(line("--hub", "http://127.0.0.1:8000/")), "http://127.0.0.1:8000");
  for (const text of ["huggingface.co", "https://me:it@example.com", "ftp://example.com", "https://a.b/?c"]) {
    assert.throws(
      () => readHub(line("--hub", text)),
      (error) =>
        error instanceof Error && !error.message.includes("me:it") &&
        /Expected --hub to be an address such as https:\/\/huggingface\.co/.test(error.message),
    );
  }
});

Deno.test("readPlacement() keeps to the placement of a plan file, and refuses what contradicts it", async () => {
  const placement = await readPlacement(line("--hardware", hardwareFile, "--secret", "MINE"), here);
  const frozen: Compiled = { ...here, plan: { ...here.plan, placement } };
  const { flavor = "", engine = "", image = "", timeoutSeconds = 0 } = placement.arms.grpo ?? {};
  assert.equal(await readPlacement(line(), frozen), placement);
  const same = [
    "--flavor",
    flavor,
    "--engine",
    engine,
    "--image",
    image,
    "--timeout",
    String(timeoutSeconds / 3600),
  ];
  assert.equal(
    await readPlacement(line(...same, "--secret", "MINE", "--max-cost", "100"), frozen),
    placement,
  );
  for (
    const [words, message] of [
      [
        ["--flavor", "a100x8"],
        /^Cannot use --flavor a100x8 with this plan: it has h200 for arm "grpo"; plan again to change it$/,
      ],
      [["--engine", "skyrl"], /^Cannot use --engine skyrl with this plan: it has exitlab/],
      [["--image", "a:1"], /^Cannot use --image a:1 with this plan/],
      [["--timeout", "9"], /^Cannot use --timeout 9 with this plan/],
      [["--secret", "OTHER"], /^Cannot use --secret OTHER with this plan: it has HF_TOKEN, MINE; plan again/],
      [["--hardware", hardwareFile], /^Cannot use --hardware with this plan, whose machines are chosen/],
      [["--parameters", "1e9"], /^Cannot use --parameters with this plan/],
      [["--max-cost", "1"], /^Expected all jobs to cost at most \$1\.00/],
    ] as const
  ) await assert.rejects(readPlacement(line(...words), frozen), { name: "UserError", message });
});

Deno.test("deno task plan takes no namespace, of which a plan says nothing", () => {
  assert.throws(() => line("--namespace", "me"), /--namespace/);
});

Deno.test("expectNoHub() refuses options for the Hub elsewhere, but for those that the runner takes", () => {
  assert.equal(expectNoHub(line(), "local"), undefined);
  const command = { ...planCommand, options: { ...planCommand.options, ...hfOptions } };
  for (const [name, { multiple }] of Object.entries(hfOptions)) {
    const given = parseCommandLine(command, [`--${name}`, "1"]);
    assert.throws(() => expectNoHub(given, "tgi"), {
      name: "UserError",
      message: `Cannot use --${name} on the runner tgi, which rents no machine; add --runner hf`,
    });
    assert.equal(expectNoHub(given, "tgi", [name]), undefined);
    assert.equal(multiple ?? false, name === "secret");
  }
});
