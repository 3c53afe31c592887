/**
 * A run's checkpoints: `checkpoints/000025/` holds the policy's numbers, the state of everything else, and the
 * SHA-256 of both. A folder appears under its name only when it is whole and on disk.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { errorMessage, UserError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Checkpoint } from "../engine/engine.ts";
import { writeDurably } from "../write_durably.ts";
import { explainWriteError } from "./write_error.ts";

/** All that a run's future depends on after an iteration. */
export interface RunCheckpoint {
  /** Training iterations so far. */
  readonly iteration: number;
  /** The policy. */
  readonly policy: Checkpoint;
  /** Everything else, as JSON. */
  readonly state: JsonObject;
}

const format = "exitlab.checkpoint/1";
const kept = 2;

/**
 * Writes a checkpoint and removes all but the latest two.
 *
 * @param directory The run's folder.
 * @throws {UserError} If the disk is full.
 */
export async function writeCheckpoint(directory: string, checkpoint: RunCheckpoint): Promise<void> {
  const folder = join(directory, "checkpoints");
  const name = String(checkpoint.iteration).padStart(6, "0");
  const temporary = join(folder, `.writing-${name}`);
  try {
    await removeIfThere(temporary);
    await Deno.mkdir(temporary, { recursive: true });
    const { data, meta } = checkpoint.policy;
    const state = new TextEncoder().encode(
      JSON.stringify({ iteration: checkpoint.iteration, meta, state: checkpoint.state }),
    );
    await writeDurably(join(temporary, "policy.bin"), data);
    await writeDurably(join(temporary, "state.json"), state);
    const manifest = { format, policy: sha256(data), state: sha256(state) };
    await writeDurably(join(temporary, "manifest.json"), new TextEncoder().encode(JSON.stringify(manifest)));
    await removeIfThere(join(folder, name));
    await Deno.rename(temporary, join(folder, name));
  } catch (error) {
    throw explainWriteError(error, folder);
  }
  for (const old of (await listCheckpoints(directory)).slice(0, -kept)) {
    await removeIfThere(join(folder, old));
  }
}

/**
 * Reads the latest checkpoint, or `undefined` if there is none.
 *
 * @param directory The run's folder.
 * @throws {UserError} If it is damaged; an older one is not taken in its place without being asked to.
 */
export async function readLatestCheckpoint(directory: string): Promise<RunCheckpoint | undefined> {
  const names = await listCheckpoints(directory);
  const name = names.at(-1);
  if (name === undefined) return undefined;
  const folder = join(directory, "checkpoints", name);
  const damaged = (why: string): UserError =>
    new UserError(
      `The checkpoint ${folder} is damaged: ${why}; delete that folder and resume from ` +
        (names.length > 1 ? `the one before it (iteration ${Number(names.at(-2))})` : "the beginning"),
    );
  let files: { data: Uint8Array; state: Uint8Array; manifest: Json };
  try {
    files = {
      data: await Deno.readFile(join(folder, "policy.bin")),
      state: await Deno.readFile(join(folder, "state.json")),
      manifest: JSON.parse(await Deno.readTextFile(join(folder, "manifest.json"))),
    };
  } catch (error) {
    throw damaged(errorMessage(error));
  }
  const { manifest, data } = files;
  if (!isJsonObject(manifest) || manifest["format"] !== format) {
    throw damaged(`its manifest is not of format "${format}"`);
  }
  for (const [file, bytes] of [["policy", data], ["state", files.state]] as const) {
    if (manifest[file] !== sha256(bytes)) throw damaged(`the checksum of its ${file} does not match`);
  }
  const content: Json = JSON.parse(new TextDecoder().decode(files.state));
  if (!isJsonObject(content)) throw damaged("its state is no object");
  const { iteration, meta, state } = content;
  if (typeof iteration !== "number" || !isJsonObject(meta) || !isJsonObject(state)) {
    throw damaged("its state lacks a field");
  }
  return { iteration, policy: { meta, data }, state };
}

/** Names of whole checkpoints, oldest first. */
async function listCheckpoints(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(join(directory, "checkpoints"))) {
      if (/^\d{6,}$/.test(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.toSorted((a, b) => Number(a) - Number(b));
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
