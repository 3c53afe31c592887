import assert from "node:assert/strict";
import { exitlabFolder, projectFlags, projectGrants } from "exitlab/runners/cli/project.ts";
import { grants } from "exitlab/runners/cli/launch.ts";
import { root } from "../../support/command_line.ts";

const exitlab = root.replace(/\/$/, "");

Deno.test("projectFlags() names the project's configuration, and none in exitlab's own folder", () => {
  assert.equal(exitlabFolder(), exitlab);
  assert.deepEqual(projectFlags(exitlab), []);
  assert.deepEqual(projectFlags("/mine"), ["--config=deno.json"]);
});

Deno.test("projectGrants() writes out what the command's set in deno.json grants, and no more", () => {
  assert.deepEqual(projectGrants("watch", grants("watch", ["--port", "0"])), [
    `--allow-read=${exitlab},.,runs`,
    "--allow-net=127.0.0.1",
    "--allow-ffi",
    "--allow-sys=setPriority",
  ]);
  assert.deepEqual(projectGrants("new", grants("new", ["domain", "chess"])), [
    `--allow-read=${exitlab},.,plugins`,
    "--allow-write=plugins",
  ]);
  assert.deepEqual(projectGrants("run", grants("run", ["a.ts", "--net", "one.example", "--read", "/data"])), [
    `--allow-read=${exitlab},.,/data,runs`,
    "--allow-ffi",
    "--allow-write=runs,.cache/datasets",
    "--allow-net=one.example",
  ]);
});

Deno.test("projectGrants() never lets exitlab's own folder be written", () => {
  for (
    const command of [
      "run",
      "plan",
      "new",
      "compare",
      "report",
      "export",
      "push",
      "pull",
      "eval",
      "mle",
      "validate",
    ]
  ) {
    const write = projectGrants(command, grants(command, [])).find((flag) =>
      flag.startsWith("--allow-write")
    );
    assert.doesNotMatch(write ?? "", new RegExp(`[=,]${exitlab}|=$|write$`));
  }
});
