import * as v from "valibot";

/** A folder of the Hub that a job's container sees; `ApiJobVolume` in `@huggingface/hub` 2.17.5. */
export type JobVolume = {
  /** What kind of repository it is. */
  readonly type: "bucket" | "dataset" | "model" | "space";
  /** Its name, such as `"me/runs"`, without its kind. */
  readonly source: string;
  /** Where the container sees it: an absolute path. */
  readonly mountPath: string;
  /** The folder in it that is seen, without a slash in front. Default all of it. */
  readonly path?: string;
  /** The commit, branch or tag. Default `main`; a bucket has none. */
  readonly revision?: string;
  /** Whether it cannot be written. Default false for a bucket; always true for the others ("Jobs configuration"). */
  readonly readOnly?: boolean;
};

/**
 * What is sent to create a job: the body of `POST /api/jobs/{namespace}`.
 *
 * Sources: the fields and their names are those of `_create_job_spec` in `hf_api.py` of `huggingface_hub` 1.29, and of
 * `CreateJobOptions` in `@huggingface/hub` 2.17.5; the rules are those of the Hub's documentation, pages "Jobs configuration" and
 * "Jobs pricing", as of August 2026. The same sources have `spaceId`, `expose`, `ssh`, `resourceGroupId`, `arch` and
 * `attempts`, which no job of ours needs.
 */
export type JobSpec = {
  /** The container's image, such as `"vllm/vllm-openai"`; in the place of `spaceId`. */
  readonly dockerImage: string;
  /** What is run. It is run itself, not given to the image's entry point ("Jobs configuration"). */
  readonly command: readonly string[];
  /** More arguments after the command. */
  readonly arguments?: readonly string[];
  /** The hardware, such as `"a100x4"`; the list is at `GET /api/jobs/hardware`, and any name is taken. */
  readonly flavor: string;
  /** Variables of the environment, readable by all who see the job. */
  readonly environment?: { readonly [name: string]: string };
  /** Variables of the environment that are kept encrypted: a job shows their names alone. */
  readonly secrets?: { readonly [name: string]: string };
  /** Seconds after which the job is ended. The Hub's own is 30 minutes ("Jobs configuration"), so ours is always sent. */
  readonly timeoutSeconds: number;
  /** What the job is found by. Keys and values have 1 to 100 characters of `[A-Za-z0-9._-]` ("Jobs configuration"). */
  readonly labels?: { readonly [key: string]: string };
  /** What the container sees of the Hub. */
  readonly volumes?: readonly JobVolume[];
};

const text = v.pipe(v.string(), v.nonEmpty("not empty"));
/** Names that `v.record` would drop without a word. */
const dropped = ["__proto__", "prototype", "constructor"];
const isPlain = v.check(
  (value: unknown) =>
    typeof value !== "object" || value === null ||
    !(Array.isArray(value) || dropped.some((key) => Object.hasOwn(value, key))),
  `an object without the keys ${dropped.join(", ")}`,
);
const variableName = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name"));
const variables = v.pipe(v.unknown(), isPlain, v.record(variableName, v.string()));
const label = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9._-]{1,100}$/,
    "1 to 100 characters of A to Z, a to z, 0 to 9, dot, underscore and hyphen",
  ),
);
const volume = v.pipe(
  v.strictObject({
    type: v.picklist(["bucket", "dataset", "model", "space"]),
    source: v.pipe(v.string(), v.regex(/^[^/\s]+\/[^/\s]+$/, "OWNER/NAME")),
    mountPath: v.pipe(v.string(), v.regex(/^\/[^/]/, "an absolute path below the root")),
    path: v.exactOptional(v.pipe(v.string(), v.regex(/^[^/]/, "a path without a slash in front"))),
    revision: v.exactOptional(text),
    readOnly: v.exactOptional(v.boolean()),
  }),
  v.check(({ type, revision }) => type !== "bucket" || revision === undefined, "a bucket without a revision"),
  v.check(({ type, readOnly }) => type === "bucket" || readOnly !== false, "a repository that is read only"),
);

/** Checks a {@link JobSpec}: no other fields, each within the Hub's limits. */
export const jobSpecSchema: v.GenericSchema<unknown, JobSpec> = v.pipe(
  v.unknown(),
  v.strictObject({
    dockerImage: text,
    command: v.pipe(v.array(v.string()), v.minLength(1, "not empty")),
    arguments: v.exactOptional(v.array(v.string())),
    flavor: text,
    environment: v.exactOptional(variables),
    secrets: v.exactOptional(variables),
    timeoutSeconds: v.pipe(
      v.number(),
      v.safeInteger("a whole number"),
      v.minValue(1, "at least 1"),
    ),
    labels: v.exactOptional(v.pipe(v.unknown(), isPlain, v.record(label, label))),
    volumes: v.exactOptional(v.array(volume)),
  }),
);

/**
 * The same spec, checked.
 *
 * @throws {RangeError} If a field is wrong; the message names it, and shows no value, which may be a secret.
 *
 * @example
 * ```ts
 * import { checkJobSpec } from "exitlab/runners/hf/hub/job_spec.ts";
 * import assert from "node:assert/strict";
 *
 * const spec = { dockerImage: "python:3.12", command: ["python", "-V"], flavor: "cpu-basic", timeoutSeconds: 600 };
 * assert.deepEqual(checkJobSpec(spec), spec);
 * assert.throws(() => checkJobSpec({ ...spec, timeoutSeconds: 0 }), {
 *   name: "RangeError",
 *   message: "Expected timeoutSeconds to be at least 1 (job spec)",
 * });
 * ```
 */
export function checkJobSpec(spec: unknown): JobSpec {
  const result = v.safeParse(jobSpecSchema, spec);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = v.getDotPath(issue) ?? "it";
  const form = issue.type === "strict_object" && issue.expected === "never"
    ? "left out"
    : issue.kind === "validation"
    ? issue.message
    : issue.received === "undefined"
    ? "given"
    : `of the type ${issue.expected}`;
  throw new RangeError(`Expected ${name} to be ${form} (job spec)`);
}
