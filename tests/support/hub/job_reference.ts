/**
 * What the Hub's own clients say a job spec is, as a table that shares nothing with our schema: the fields of
 * `_create_job_spec` (`huggingface_hub` 1.29, `hf_api.py`) and of `CreateJobOptions` (`@huggingface/hub` 2.17.5), with the
 * limits of the pages "Jobs configuration" and "Jobs pricing" of the Hub's documentation.
 *
 * @module
 */

/** The kinds of value. */
export type FieldKind = "text" | "texts" | "variables" | "labels" | "seconds" | "volumes";

/** A field of the body of `POST /api/jobs/{namespace}`. */
export interface ReferenceField {
  /** What it holds. */
  readonly kind: FieldKind;
  /** Whether the Hub wants it. */
  readonly needed: boolean;
}

/** Each field that may be sent. The reference has more, which we do not send: see {@link unsentFields}. */
export const sentFields: Readonly<Record<string, ReferenceField>> = {
  dockerImage: { kind: "text", needed: true },
  command: { kind: "texts", needed: true },
  arguments: { kind: "texts", needed: false },
  flavor: { kind: "text", needed: true },
  environment: { kind: "variables", needed: false },
  secrets: { kind: "variables", needed: false },
  timeoutSeconds: { kind: "seconds", needed: false },
  labels: { kind: "labels", needed: false },
  volumes: { kind: "volumes", needed: false },
};

/** Fields of the reference that a job of ours has no use for. */
export const unsentFields: readonly string[] = [
  "spaceId",
  "expose",
  "ssh",
  "resourceGroupId",
  "arch",
  "attempts",
];

const volumeFields: Readonly<Record<string, "text" | "flag">> = {
  type: "text",
  source: "text",
  mountPath: "text",
  path: "text",
  revision: "text",
  readOnly: "flag",
};

/** What is wrong with a body, a sentence each; none if it is as the reference has it. */
export function referenceFaults(body: unknown): string[] {
  if (!isObject(body)) return ["the body is no object"];
  const faults = Object.keys(body).filter((name) => !(name in sentFields)).map((name) =>
    `${name} is not known`
  );
  for (const [name, { kind, needed }] of Object.entries(sentFields)) {
    const value = body[name];
    if (value === undefined) {
      if (needed) faults.push(`${name} is missing`);
    } else faults.push(...checks[kind](value).map((fault) => `${name} ${fault}`));
  }
  return faults;
}

const checks: Readonly<Record<FieldKind, (value: unknown) => string[]>> = {
  text: (value) => typeof value === "string" && value.length > 0 ? [] : ["is no text"],
  texts: (value) =>
    Array.isArray(value) && value.every((part) => typeof part === "string") ? [] : ["is no list of texts"],
  variables: (value) =>
    isObject(value) && Object.values(value).every((part) => typeof part === "string")
      ? []
      : ["is no object of texts"],
  labels(value) {
    if (!isObject(value)) return ["is no object of texts"];
    return Object.entries(value).flat().flatMap((part) => {
      const isGood = typeof part === "string" && part.length >= 1 && part.length <= 100 &&
        [...part].every((letter) => /[A-Za-z0-9._-]/.test(letter));
      return isGood ? [] : ["has a key or value with other characters, or more than 100"];
    });
  },
  seconds: (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? [] : ["is no count of seconds"],
  volumes: (value) => Array.isArray(value) ? value.flatMap(volumeFaults) : ["is no list"],
};

function volumeFaults(volume: unknown): string[] {
  if (!isObject(volume)) return ["has an entry that is no object"];
  const faults: string[] = [];
  for (const [name, part] of Object.entries(volume)) {
    const kind = volumeFields[name];
    if (kind === undefined) faults.push(`has an entry with ${name}, which is not known`);
    else if ((kind === "text" ? typeof part !== "string" : typeof part !== "boolean")) {
      faults.push(`has an entry with a bad ${name}`);
    }
  }
  const { type, source, mountPath, readOnly, revision } = volume;
  if (!["model", "dataset", "space", "bucket"].includes(String(type))) {
    faults.push("has an entry of no known type");
  }
  if (typeof source !== "string" || source.split("/").length !== 2) {
    faults.push("has a source that is no OWNER/NAME");
  }
  if (typeof mountPath !== "string" || !mountPath.startsWith("/") || mountPath.length < 2) {
    faults.push("has a mount path that is not absolute");
  }
  // Buckets have no commits, and nothing but a bucket can be written.
  if (type === "bucket" && revision !== undefined) faults.push("has a bucket with a revision");
  if (type !== "bucket" && readOnly === false) faults.push("has a repository that is to be written");
  return faults;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
