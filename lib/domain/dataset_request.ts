/**
 * What is asked of a data set of the Hugging Face Hub.
 *
 * @module
 */
import * as v from "valibot";
import { parseOptions } from "../part.ts";

/** Which part of a data set, and where it is asked for. */
export interface HubDatasetOptions {
  /** The part of it, such as `"test"`. */
  readonly split: string;
  /** The configuration, such as `"main"`. Default the only one. */
  readonly config?: string;
  /** The commit that it must be at; any if left out. */
  readonly revision?: string;
  /** The address of the dataset viewer. Default `https://datasets-server.huggingface.co`. */
  readonly server?: string;
}

const nameForm = 'a data set of the Hugging Face Hub as "org/name"';
const serverForm = "an http(s) address without user, query and fragment";
const word = v.pipe(v.string(), v.nonEmpty("a name"));

const schema = v.strictObject({
  dataset: v.pipe(v.string(nameForm), v.check(isDataset, nameForm)),
  split: word,
  config: v.exactOptional(word),
  revision: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, "a commit of 40 hexadecimal digits")),
  ),
  server: v.optional(
    v.pipe(v.string(serverForm), v.check(isServer, serverForm)),
    "https://datasets-server.huggingface.co",
  ),
});

function isDataset(name: string): boolean {
  const words = name.split("/");
  return words.length === 2 &&
    words.every((part) => /^[\w.-]{1,96}$/.test(part) && !/^[.-]|[.-]$|\.\./.test(part));
}

function isServer(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash } = new URL(address);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === "";
}

/** What may be asked of a data set, checked. */
export type DatasetRequest = v.InferOutput<typeof schema>;

/**
 * Checks what is asked of a data set.
 *
 * @throws {UserError} If the name is not `org/name`, or an option is unknown or of another form.
 */
export function parseDatasetRequest(dataset: string, options: HubDatasetOptions): DatasetRequest {
  return parseOptions(schema, { ...options, dataset }, "hubDataset()");
}
