import assert from "node:assert/strict";
import {
  compile,
  defineExperiment,
  diversityBonus,
  exit,
  featureExtraction,
  grpo,
  improve,
  sudoku,
  tinyTransformer,
} from "exitlab";
import { checkHosts } from "exitlab/lib/loop/check_hosts.ts";
import { grants } from "exitlab/runners/cli/launch.ts";

const [job] = compile(defineExperiment({
  name: "hosted",
  domain: sudoku(),
  policy: tinyTransformer(),
  objective: grpo(),
  curriculum: exit(),
  operators: [
    improve(),
    diversityBonus({ embedder: featureExtraction({ url: "http://127.0.0.1:8080/embed" }) }),
  ],
  budget: { iterations: 1 },
})).jobs;

Deno.test("checkHosts() names the host, the operator and the option that grants it", async () => {
  assert(job !== undefined);
  await checkHosts(job, (host) => Promise.resolve(host === "127.0.0.1:8080"));
  await assert.rejects(
    checkHosts(job, () => Promise.resolve(false)),
    /operators\.diversity-bonus, which calls 127\.0\.0\.1:8080, .* add --net 127\.0\.0\.1:8080$/,
  );
});

Deno.test("grants() opens the hosts that --net names, and the token, and nothing without it", () => {
  const none = grants("run", ["a.ts"]);
  assert(!none.some((flag) => flag.startsWith("--allow-net") || flag.startsWith("--allow-env")));
  const some = grants("run", ["a.ts", "--net", "one.example", "--net=two.example:80"]);
  assert(some.includes("--allow-net=one.example,two.example:80"));
  assert(!some.some((flag) => flag.startsWith("--allow-env")), "no host of Hugging Face, no token");
  for (const host of ["router.huggingface.co", "x.us-east-1.aws.endpoints.huggingface.cloud:443"]) {
    assert(grants("run", ["a.ts", "--net", host]).includes("--allow-env=HF_TOKEN"));
  }
  assert(!grants("run", ["a.ts", "--net", "huggingface.co.example"]).includes("--allow-env=HF_TOKEN"));
  assert.throws(() => grants("run", ["a.ts", "--net", "a,b"]), /without commas/);
  for (const host of ["http://x", "a b", "*", "127.0.0.1:80/embed", ""]) {
    assert.throws(() => grants("run", ["a.ts", "--net", host]), /--net to be a host such as localhost:8080/);
  }
  assert(grants("run", ["a.ts", "--net", "[::1]:80"]).includes("--allow-net=[::1]:80"));
  assert(!grants("sql", ["select 1", "--net", "one.example"]).some((flag) => flag.includes("net")));
});
