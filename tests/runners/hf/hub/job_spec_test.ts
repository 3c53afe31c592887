import assert from "node:assert/strict";
import fc from "fast-check";
import * as v from "valibot";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import { checkJobSpec, type JobSpec, jobSpecSchema } from "exitlab/runners/hf/hub/job_spec.ts";
import { createJob } from "exitlab/runners/hf/hub/jobs.ts";
import { withHub } from "../../../support/hub/hub_server.ts";
import { referenceFaults, sentFields, unsentFields } from "../../../support/hub/job_reference.ts";

const full: Required<JobSpec> = {
  dockerImage: "ghcr.io/astral-sh/uv:python3.12-bookworm",
  command: ["bash", "/data/start.sh"],
  arguments: ["--quiet", ""],
  flavor: "a100x4",
  environment: { EXITLAB_CELL: "exit-1" },
  secrets: { HF_TOKEN: "hf_SECRETmarker" },
  timeoutSeconds: 7200,
  labels: { name: "exit-r1", exitlab: "0123456789abcdef" },
  volumes: [
    { type: "bucket", source: "me/runs", mountPath: "/data", path: "0123", readOnly: false },
    { type: "dataset", source: "me/tasks", mountPath: "/tasks", revision: "main" },
  ],
};
const least: JobSpec = {
  dockerImage: "python:3.12",
  command: ["python"],
  flavor: "cpu-basic",
  timeoutSeconds: 60,
};

/** Bodies that are wrong in one field, which the error must name. */
const wrong: readonly (readonly [string, object])[] = [
  ["dockerImage", { dockerImage: "" }],
  ["dockerImage", { dockerImage: 5 }],
  ["dockerImage", { dockerImage: undefined }],
  ["command", { command: "python" }],
  ["command", { command: [] }],
  ["command.0", { command: [1] }],
  ["command", { command: undefined }],
  ["arguments", { arguments: {} }],
  ["arguments.1", { arguments: ["a", null] }],
  ["flavor", { flavor: "" }],
  ["flavor", { flavor: undefined }],
  ["environment", { environment: [] }],
  ["environment", { environment: ["a"] }],
  ["environment", { environment: { constructor: "a" } }],
  ["labels", { labels: { prototype: "a" } }],
  ["labels", { labels: ["a"] }],
  ["environment.A", { environment: { A: 1 } }],
  ["environment.A B", { environment: { "A B": "1" } }],
  ["secrets.HF_TOKEN", { secrets: { HF_TOKEN: null } }],
  ["timeoutSeconds", { timeoutSeconds: 0 }],
  ["timeoutSeconds", { timeoutSeconds: -60 }],
  ["timeoutSeconds", { timeoutSeconds: 1.5 }],
  ["timeoutSeconds", { timeoutSeconds: NaN }],
  ["timeoutSeconds", { timeoutSeconds: Infinity }],
  ["timeoutSeconds", { timeoutSeconds: "2h" }],
  ["labels.name", { labels: { name: "" } }],
  ["labels.name", { labels: { name: "x".repeat(101) } }],
  ["labels.name", { labels: { name: "exit/r1" } }],
  ["labels.name", { labels: { name: "é" } }],
  ["labels.a=b", { labels: { "a=b": "c" } }],
  ["labels", { labels: { ["x".repeat(101)]: "c" } }],
  ["labels", { labels: "name=exit" }],
  ["volumes", { volumes: {} }],
  ["volumes.0.type", { volumes: [{ type: "disk", source: "me/runs", mountPath: "/data" }] }],
  ["volumes.0.source", { volumes: [{ type: "bucket", source: "runs", mountPath: "/data" }] }],
  ["volumes.0.source", { volumes: [{ type: "bucket", source: "buckets/me/runs", mountPath: "/data" }] }],
  ["volumes.0.mountPath", { volumes: [{ type: "bucket", source: "me/runs", mountPath: "data" }] }],
  ["volumes.0.mountPath", { volumes: [{ type: "bucket", source: "me/runs", mountPath: "/" }] }],
  ["volumes.0.mountPath", { volumes: [{ type: "bucket", source: "me/runs" }] }],
  ["volumes.0.readOnly", {
    volumes: [{ type: "bucket", source: "me/runs", mountPath: "/a", readOnly: "no" }],
  }],
  ["volumes.0", { volumes: [{ type: "bucket", source: "me/runs", mountPath: "/a", revision: "main" }] }],
  ["volumes.0", { volumes: [{ type: "model", source: "me/model", mountPath: "/a", readOnly: false }] }],
  ["volumes.0.size", { volumes: [{ type: "model", source: "me/model", mountPath: "/a", size: 1 }] }],
];

const word = fc.string({ minLength: 1, maxLength: 20 });
const isKept = (key: string) => !["__proto__", "prototype", "constructor"].includes(key);
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter(isKept);
const label = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/).filter(isKept);
const source = fc.stringMatching(/^[a-z]{1,9}\/[a-z0-9-]{1,9}$/);
const mountPath = fc.stringMatching(/^\/[a-z]{1,9}$/);
const folder = fc.stringMatching(/^[a-z]{1,5}(\/[a-z]{1,5})?$/);
const volume = fc.oneof(
  fc.record(
    { type: fc.constant("bucket" as const), source, mountPath, path: folder, readOnly: fc.boolean() },
    { requiredKeys: ["type", "source", "mountPath"], noNullPrototype: true },
  ),
  fc.record(
    {
      type: fc.constantFrom("model" as const, "dataset" as const, "space" as const),
      source,
      mountPath,
      revision: word,
    },
    { requiredKeys: ["type", "source", "mountPath"], noNullPrototype: true },
  ),
);
const specs: fc.Arbitrary<JobSpec> = fc.record({
  dockerImage: word,
  command: fc.array(fc.string(), { minLength: 1, maxLength: 5 }),
  flavor: word,
  timeoutSeconds: fc.integer({ min: 1, max: 30 * 86400 }),
  arguments: fc.array(fc.string(), { maxLength: 3 }),
  environment: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
  secrets: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
  labels: fc.dictionary(label, label, { noNullPrototype: true, maxKeys: 5 }),
  volumes: fc.array(volume, { maxLength: 3 }),
}, { requiredKeys: ["dockerImage", "command", "flavor", "timeoutSeconds"], noNullPrototype: true });

Deno.test("jobSpecSchema has the fields of the reference that are sent, and no others", () => {
  assert.deepEqual(Object.keys(full).toSorted(), Object.keys(sentFields).toSorted());
  for (const [field, { needed }] of Object.entries(sentFields)) {
    const { [field]: _left, ...rest }: Record<string, unknown> = full;
    // The Hub has a time-out of its own, of 30 minutes; ours must be said.
    const isOurs = field === "timeoutSeconds";
    assert.equal(v.is(jobSpecSchema, rest), !(needed || isOurs), field);
    assert.equal(referenceFaults(rest).length === 0, !needed, field);
  }
  for (const field of [...unsentFields, "image", "timeout", "env"]) {
    assert.throws(() => checkJobSpec({ ...full, [field]: "x" }), {
      name: "RangeError",
      message: `Expected ${field} to be left out (job spec)`,
    });
    assert.equal(referenceFaults({ ...full, [field]: "x" }).length, 1);
  }
});

Deno.test("checkJobSpec() gives a spec that is right as it is", () => {
  for (const spec of [full, least]) {
    assert.deepEqual(checkJobSpec(spec), spec);
    assert.deepEqual(referenceFaults(spec), []);
  }
  fc.assert(fc.property(specs, (spec) => {
    assert.deepEqual(checkJobSpec(spec), spec);
    assert.deepEqual(referenceFaults(JSON.parse(JSON.stringify(checkJobSpec(spec)))), []);
  }));
});

Deno.test("checkJobSpec() names the field that is wrong, as the reference finds it wrong too", () => {
  for (const [field, change] of wrong) {
    const spec = { ...full, ...change };
    assert.throws(
      () => checkJobSpec(spec),
      (error: unknown) => error instanceof RangeError && error.message.startsWith(`Expected ${field}`),
      `${field}: ${JSON.stringify(change)}`,
    );
    // Ours is stricter in some things, of which the reference says nothing.
    const isOurs = /^{"command":\[\]|"A B"|"constructor"|"prototype"/.test(JSON.stringify(change));
    assert.equal(referenceFaults(spec).length > 0, !isOurs, JSON.stringify(change));
  }
  for (const nothing of [null, undefined, 5, "spec"]) {
    assert.throws(() => checkJobSpec(nothing), /^RangeError: Expected it to be .*\(job spec\)$/);
  }
  assert.throws(() => checkJobSpec([]), RangeError);
});

Deno.test("checkJobSpec() shows no value in its message, which may be a secret", () => {
  for (
    const change of [
      { secrets: { "A TOKEN": "hf_SECRETmarker" } },
      { secrets: { TOKEN: ["hf_SECRETmarker"] } },
      { secrets: "hf_SECRETmarker" },
      { environment: "hf_SECRETmarker" },
      { command: "hf_SECRETmarker" },
    ]
  ) {
    assert.throws(
      () => checkJobSpec({ ...full, ...change }),
      (error: unknown) => error instanceof RangeError && !error.message.includes("SECRET"),
    );
  }
});

Deno.test("createJob() sends a spec's fields as they are, and nothing else", async () => {
  await withHub({}, async ({ access, state }) => {
    const client = new HubClient(access);
    const sent = async (spec: JobSpec) => {
      await createJob(client, "me", spec);
      const body: unknown = JSON.parse(
        state.requests.findLast(({ method }) => method === "POST")?.body ?? "",
      );
      assert.deepEqual(body, JSON.parse(JSON.stringify(spec)));
      assert.deepEqual(referenceFaults(body), []);
    };
    await sent(full);
    await sent(least);
    await fc.assert(fc.asyncProperty(specs, sent), { numRuns: 30 });
    await assert.rejects(createJob(client, "me", { ...least, timeoutSeconds: 0.5 }), RangeError);
  });
});
