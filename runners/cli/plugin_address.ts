import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where a plugin of the user's own is imported from. */
export interface PluginAddress {
  /** The module's address. */
  readonly href: string;
  /** Its file, as it is named in messages; `null` where it comes from elsewhere. */
  readonly path: string | null;
  /** The folder that is its own, whose files it may read; `null` where it comes from elsewhere. */
  readonly folder: string | null;
}

/**
 * Where a word of the command line points: the path of a file, a `file:`, `https:`, `npm:` or `jsr:` address, or the name
 * of a plugin, which is in `plugins/NAME/NAME.ts`, with underscores for dashes, of the folder where tasks run.
 *
 * @example
 * ```ts
 * import { pluginAddress } from "exitlab/runners/cli/plugin_address.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(pluginAddress("word-chain").path, "plugins/word_chain/word_chain.ts");
 * assert.equal(pluginAddress("games/go.ts").folder, `${Deno.cwd()}/games`);
 * assert.deepEqual(pluginAddress("npm:chess@1"), { href: "npm:chess@1", path: null, folder: null });
 * ```
 */
export function pluginAddress(word: string): PluginAddress {
  if (word.startsWith("file:")) return ofFile(fileURLToPath(word));
  if (isPackage(word)) return { href: word, path: null, folder: null };
  return ofFile(isFilePath(word) ? word : pluginFile(word.replaceAll("-", "_")));
}

/** Where `deno task new` puts a plugin of this name. */
function pluginFile(name: string): string {
  return join("plugins", name, `${name}.ts`);
}

/** Whether a word is the address of a package or of a module elsewhere. */
export function isPackage(word: string): boolean {
  return /^(npm|jsr|https?):/.test(word);
}

/** Whether a word is a path, and not a name. */
export function isFilePath(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

function ofFile(path: string): PluginAddress {
  const full = resolve(path);
  return { href: pathToFileURL(full).href, path, folder: dirname(full) };
}
