import assert from "node:assert/strict";
import { type CommandLine, parseCommandLine } from "../../../runners/cli/command.ts";
import { grants } from "../../../runners/cli/launch.ts";
import { runExperimentCommand } from "../../../runners/cli/run.ts";
import { expectNoServer, readServer } from "../../../runners/cli/server_options.ts";

function line(...words: string[]): CommandLine {
  return parseCommandLine(runExperimentCommand, ["experiments/exit_math_llama.ts", ...words]);
}

const refused: readonly (readonly [words: readonly string[], message: string])[] = [
  [[], "Expected --url with the trainer's address, such as http://127.0.0.1:8000, but found none"],
  [
    ["--url", "gpu-box:8000"],
    'Expected --url to be an address such as http://127.0.0.1:8000 but found "gpu-box:8000"',
  ],
  [
    ["--url", "http://me:secret@gpu-box"],
    "Expected --url without a name or password but found some; put the key into EXITLAB_TRAINER_KEY",
  ],
  [
    ["--url", "http://gpu-box", "--sampler", "x"],
    'Expected --sampler to be an address such as http://127.0.0.1:8000 but found "x"',
  ],
  [
    ["--url", "http://gpu-box", "--server", "vllm"],
    'Expected --server to be one of exitlab, skyrl-jax, skyrl, tuft, verl, tinker but found "vllm"',
  ],
];

for (const [words, message] of refused) {
  Deno.test(`readServer() refuses "${words.join(" ")}"`, async () => {
    await assert.rejects(readServer(line(...words), () => {}), { name: "UserError", message });
  });
}

/** Calls something with an environment variable set. */
async function withVariable(name: string, value: string, use: () => Promise<void>): Promise<void> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    await use();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

Deno.test("readServer() refuses a key that no header can carry, and does not tell it", async () => {
  const words = ["--url", "http://127.0.0.1:9", "--sampler", "http://127.0.0.1:9"];
  for (const name of ["EXITLAB_TRAINER_KEY", "EXITLAB_SAMPLER_KEY"]) {
    for (
      const key of ["schlüssel-€", "ключ", "one\ntwo", "tml-secret\r", " tml-secret", "a\u007f", "a\u0085b"]
    ) {
      await withVariable(name, key, () =>
        assert.rejects(readServer(line(...words), () => {}), {
          name: "UserError",
          message:
            "Expected a key of letters, digits and signs without spaces or line breaks around it but found one " +
            `that no HTTP header can carry (environment variable ${name})`,
        }));
    }
    for (const key of ["", "tml-secret", "schlüssel", "two words"]) {
      await withVariable(name, key, async () => await (await readServer(line(...words), () => {})).close());
    }
  }
});

Deno.test("expectNoServer() refuses a server where none is called", () => {
  expectNoServer(line(), "local");
  assert.throws(() => expectNoServer(line("--url", "http://gpu-box"), "local"), {
    name: "UserError",
    message: "Cannot use --url on the runner local, which calls no server; add --runner tgi",
  });
});

Deno.test("readServer() gives an engine that says in one sentence that nobody is there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const engine = await readServer(line("--url", url), () => {});
  await assert.rejects(engine.capabilities(), (error: Error) => {
    assert.equal(error.name, "UserError");
    assert.match(error.message, new RegExp(url));
    assert.ok(!error.message.includes("\n"), error.message);
    return true;
  });
  await engine.close();
});

Deno.test("grants() lets a run call the hosts of its servers, and read keys for them alone", () => {
  const words = [
    "a.ts",
    "--url",
    "https://box",
    "--sampler=http://[::1]:9000/",
    "--tokenizer",
    "/data/tokenizer",
  ];
  assert.deepEqual(grants("run", words), [
    "-P=run",
    "--allow-read=.,/data/tokenizer,runs",
    "--allow-write=runs",
    "--allow-net=box:443,[::1]:9000",
    "--allow-env=EXITLAB_TRAINER_KEY,EXITLAB_SAMPLER_KEY",
  ]);
  assert.ok(!grants("plan", words).some((flag) => flag.startsWith("--allow-net")));
});
