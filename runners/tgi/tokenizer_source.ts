import { join } from "node:path";
import { hubTokenizer, type TextTokenizer } from "../../lib/engine/hub_tokenizer.ts";
import {
  readTokenizerFiles,
  tokenizerFileNames,
  type TokenizerFiles,
} from "../../lib/engine/tokenizer_files.ts";
import { UserError } from "../../lib/errors.ts";
import { fetchHubFile, type HubSurroundings, realHub } from "./hub_files.ts";
import { KeptFiles, type ModelFiles, readIfThere } from "./kept_files.ts";

/** Where a model's tokenizer may be. */
export interface TokenizerSource {
  /** The model, as `org/name`. */
  readonly model: string;
  /** A branch, tag or commit of its repository. */
  readonly revision: string;
  /** A folder that has its files: goes before all other places. */
  readonly folder?: string;
  /** A server that may have its files: the bytes of one, `null` if it has not; goes before the Hub. */
  readonly server?: (name: string) => Promise<Uint8Array | null>;
  /** The folder in which files from the Hub are kept. */
  readonly cache: string;
}

/**
 * The tokenizer of a model: from a folder, from a server that has its files, or from the Hugging Face Hub. What was
 * fetched from the Hub is kept, and needs no network again.
 *
 * @param surroundings For tests: the hub's address, its token, waiting and deadlines.
 * @throws {UserError} If it is in none of these places, or cannot be used.
 *
 * @example
 * ```ts
 * import { tokenizerFrom } from "exitlab/runners/tgi/tokenizer_source.ts";
 * import assert from "node:assert/strict";
 *
 * const source = { model: "org/model", revision: "main", cache: ".cache/models", folder: "tests/none" };
 * await assert.rejects(tokenizerFrom(source), /Expected the folder tests\/none to have a file tokenizer.json/);
 * ```
 */
export async function tokenizerFrom(
  source: TokenizerSource,
  surroundings: Partial<HubSurroundings> = {},
): Promise<TextTokenizer> {
  const { model, folder, server } = source;
  if (folder !== undefined) {
    const where = `the folder ${folder}`;
    return hubTokenizer(await readTokenizerFiles((name) => readIfThere(join(folder, name)), where));
  }
  if (server !== undefined) {
    const tokenizer = await server("tokenizer.json");
    if (tokenizer !== null) {
      const read = (name: string) => name === "tokenizer.json" ? Promise.resolve(tokenizer) : server(name);
      return hubTokenizer(await readTokenizerFiles(read, `${model} on the server`));
    }
  }
  return hubTokenizer(await fromHub(source, { ...realHub, ...surroundings }));
}

async function fromHub(source: TokenizerSource, surroundings: HubSurroundings): Promise<TokenizerFiles> {
  const { model, revision, cache } = source;
  const kept = new KeptFiles(cache, { model, revision });
  const files = await kept.read(tokenizerFileNames) ?? await fetchAndKeep(source, kept, surroundings);
  return await readTokenizerFiles((name) => Promise.resolve(files.get(name) ?? null), model);
}

async function fetchAndKeep(
  { model, revision, cache }: TokenizerSource,
  kept: KeptFiles,
  surroundings: HubSurroundings,
): Promise<ModelFiles> {
  const { host } = new URL(surroundings.server);
  const granted = (of: Deno.PermissionDescriptor): boolean =>
    Deno.permissions.querySync(of).state === "granted";
  if (!granted({ name: "net", host }) || !granted({ name: "write", path: cache })) {
    throw new UserError(
      `The tokenizer of "${model}" is not in ${cache} yet: add --net ${host} once to fetch it, ` +
        `or give a folder that has it with --tokenizer`,
    );
  }
  const files = new Map<string, Uint8Array | null>();
  let commit: string | null = null;
  for (const name of tokenizerFileNames) {
    // All of one commit, also if the branch moves on in between.
    const file = await fetchHubFile({ model, revision: commit ?? revision }, name, surroundings);
    files.set(name, file?.bytes ?? null);
    commit ??= file?.commit ?? null;
  }
  await kept.write(files, commit);
  return files;
}
