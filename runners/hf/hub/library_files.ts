/**
 * Buckets and dataset repositories through the Hub's own library, `@huggingface/hub`, which knows how content is cut into
 * chunks and stored by its hash. Repeating, tokens and sentences are ours.
 *
 * @module
 */
import {
  commit,
  type CommitOperation,
  createRepo,
  HubApiError,
  listFiles,
  pathsInfo,
} from "@huggingface/hub";
import { dirname } from "node:path";
import { common, encodePath, openRemote } from "./download.ts";
import * as v from "valibot";
import { UserError } from "../../../lib/errors.ts";
import { type HubAccess, HubClient, HubError } from "./hub_client.ts";
import { libraryFetch, MissingEntryError } from "./library_fetch.ts";
import { checkRemotePath, type NewFile, type RemoteFile, type RemoteFiles } from "./remote_files.ts";
import { storageError } from "./storage_error.ts";

/** The most bytes of a file that is read into memory, unless the caller says otherwise. */
const mostInMemory = 64 * 1024 ** 2;

/** How a bucket or a dataset is opened. */
export interface LibraryOptions {
  /** Who may see it once it is made. */
  readonly visibility: "private" | "public";
  /** The revision that is read; `undefined` for the latest, and for buckets, which have none. */
  readonly revision: string | undefined;
}

/** The files of a bucket or a dataset; nothing is sent yet. */
export class LibraryFiles implements RemoteFiles {
  readonly name: string;
  readonly #client: HubClient;
  readonly #fetch: typeof fetch;
  readonly #options: LibraryOptions;

  /** @param name Such as `"datasets/me/exit-metrics"`. */
  constructor(access: HubAccess, name: string, options: LibraryOptions) {
    this.name = name;
    this.#client = new HubClient(access);
    this.#fetch = libraryFetch(this.#client);
    this.#options = options;
  }

  async create(): Promise<void> {
    await this.#explain(async () => {
      try {
        const { visibility } = this.#options;
        // The token is added where requests are made.
        await createRepo({ ...this.#common(), visibility, accessToken: "" });
      } catch (error) {
        if (!(error instanceof HubApiError)) throw error;
        // It exists; or the answer was lost, and this is the second time.
        if (error.statusCode === 409) return;
        // Some tokens may write to what exists and make nothing new.
        if (error.statusCode !== 403 || !await this.#exists()) throw error;
      }
    });
  }

  async #exists(): Promise<boolean> {
    try {
      await this.#client.request("GET", `/api/${this.name}`, v.unknown());
      return true;
    } catch (error) {
      if (error instanceof HubError) return false;
      throw error;
    }
  }

  async list(folder: string): Promise<RemoteFile[]> {
    const path = folder === "" ? "" : encodePath(checkRemotePath(folder));
    return await this.#explain(async () => {
      try {
        const files: RemoteFile[] = [];
        for await (
          const { type, path: found, size } of listFiles({ ...this.#common(), path, recursive: true })
        ) {
          if (type === "file") files.push({ path: found, size });
        }
        return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
      } catch (error) {
        if (error instanceof MissingEntryError) return [];
        throw error;
      }
    });
  }

  async upload(files: readonly NewFile[], title: string): Promise<void> {
    if (files.length === 0) return;
    await this.#commit(
      files.map(({ path, content }) => ({
        operation: "addOrUpdate",
        path: checkRemotePath(path),
        content: content instanceof Uint8Array ? new Blob([content]) : content,
      })),
      title,
    );
  }

  async read(path: string, most = mostInMemory): Promise<Uint8Array | undefined> {
    return await this.#explain(async () => {
      const file = await this.#open(path, most);
      if (file === undefined) return undefined;
      const bytes = new Uint8Array(file.size);
      let at = 0;
      for await (const piece of file.pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    });
  }

  async download(path: string, file: string, most = Infinity): Promise<boolean> {
    return await this.#explain(async () => {
      const remote = await this.#open(path, most);
      if (remote === undefined) return false;
      await Deno.mkdir(dirname(file), { recursive: true });
      const temporary = `${file}.${crypto.randomUUID()}.new`;
      try {
        await writeAll(temporary, remote.pieces);
        await Deno.rename(temporary, file);
      } catch (error) {
        await Deno.remove(temporary).catch(() => undefined);
        throw error;
      }
      return true;
    });
  }

  async remove(paths: readonly string[]): Promise<void> {
    const wanted = paths.map(checkRemotePath);
    // The Hub refuses to remove what is not there, such as what an earlier try has removed.
    for (let tries = 1;; tries++) {
      const present = await this.#present(wanted);
      if (present.length === 0) return;
      try {
        await this.#commit(
          present.map((path) => ({ operation: "delete", path })),
          `Remove ${present.length} file${present.length === 1 ? "" : "s"}`,
        );
        return;
      } catch (error) {
        if (tries === 2) throw error;
      }
    }
  }

  async #present(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    return await this.#explain(async () =>
      (await pathsInfo({ ...this.#common(), paths: [...paths] })).filter(({ type }) => type === "file")
        .map(({ path }) => path)
    );
  }

  async #commit(operations: CommitOperation[], title: string): Promise<void> {
    await this.#explain(async () => void await commit({ ...this.#common(), operations, title }));
  }

  #common(): ReturnType<typeof common> {
    const { revision } = this.#options;
    return common(this.#client, { repo: this.name, revision, fetch: this.#fetch });
  }

  /** Finds a file. What a list says of its size is not what is sent. */
  async #open(path: string, most: number): ReturnType<typeof openRemote> {
    const file = await openRemote(this.#client, this.#source(path));
    if (file === undefined || file.size <= most) return file;
    throw new UserError(
      `Expected ${path} of ${this.name} to have at most ${most} bytes but found ${file.size}`,
    );
  }

  #source(path: string): Parameters<typeof openRemote>[1] {
    const { revision } = this.#options;
    return { repo: this.name, revision, path: checkRemotePath(path), fetch: this.#fetch };
  }

  async #explain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(this.#client, error, this.name);
    }
  }
}

async function writeAll(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true });
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    }
    await file.syncData();
  } finally {
    file.close();
  }
}
