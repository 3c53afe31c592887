import { join } from "node:path";
import type { Message } from "../../../../lib/domain/domain.ts";
import { readTokenizerFiles, type TokenizerFiles } from "../../../../lib/engine/tokenizer_files.ts";

/** The tokenizers that `record.py` made. */
export const tokenizerNames = ["digits", "pattern", "fallback"] as const;

/** What transformers made of texts and chats. */
export interface Golden {
  /** Texts and their ids, with special tokens as text. */
  readonly texts: readonly { readonly text: string; readonly ids: readonly number[] }[];
  /** Conversations and their ids up to the response; `null` where the template refuses. */
  readonly chats: readonly {
    readonly messages: readonly Message[];
    readonly ids: readonly number[] | null;
  }[];
}

/** The files of one of them. */
export function loadTokenizerFiles(name: string): Promise<TokenizerFiles> {
  return readTokenizerFiles((file) => readFolderFile(join(import.meta.dirname ?? ".", name), file), name);
}

/** The ids that go with it. */
export async function loadGolden(name: string): Promise<Golden> {
  return JSON.parse(await Deno.readTextFile(join(import.meta.dirname ?? ".", name, "golden.json")));
}

async function readFolderFile(folder: string, file: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(join(folder, file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
