import { errorMessage, UserError } from "../../lib/errors.ts";
import { hubSiteToken } from "../../lib/hub_token.ts";

/** A model's place on the Hugging Face Hub. */
export interface HubPlace {
  /** As `org/name`. */
  readonly model: string;
  /** A branch, tag or commit. */
  readonly revision: string;
}

/** What a test may put in the place of the real thing. */
export interface HubSurroundings {
  /** The hub's address. */
  readonly server: string;
  /** The token for an address, if there is one. */
  readonly token: (url: URL) => string | undefined;
  /** Waits for so many seconds. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Aborts after so many seconds. */
  readonly deadline: (seconds: number) => AbortSignal;
}

/** The real thing. */
export const realHub: HubSurroundings = {
  server: "https://huggingface.co",
  token: hubSiteToken,
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
  deadline: (seconds) => AbortSignal.timeout(1000 * seconds),
};

/** A file of the hub. */
export interface HubFile {
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** The commit that it is of, if the hub said. */
  readonly commit: string | null;
}

/** The most bytes of a file; the vocabularies of large models have some 35 MB. */
const mostBytes = 128 * 2 ** 20;

/** How often a request is sent again, and the most redirections. */
const [retries, mostRedirects] = [4, 5];

/** Seconds that an answer may take. */
const timeout = 120;

/** Trouble that may pass. */
class PassingError extends Error {}

/**
 * Fetches a file of a model. Large files are kept elsewhere, and the hub says where; `HF_TOKEN` does not go there.
 *
 * @returns `null` if the model has no such file.
 * @throws {UserError} If there is no such model or revision, it is private or gated, the hub cannot be reached, or the
 *   file is on a host that this process may not reach.
 */
export async function fetchHubFile(
  { model, revision }: HubPlace,
  name: string,
  surroundings: HubSurroundings,
): Promise<HubFile | null> {
  const path = `${model}/resolve/${encodeURIComponent(revision)}/${name}`;
  const url = new URL(`${surroundings.server.replace(/\/$/, "")}/${path}`);
  for (let attempt = 0;; attempt++) {
    try {
      return await follow(url, surroundings, revision);
    } catch (error) {
      if (error instanceof UserError) {
        throw new UserError(`Cannot fetch ${name} of "${model}": ${error.message}`);
      }
      if (!(error instanceof PassingError)) throw error;
      if (attempt === retries) {
        throw new UserError(
          `Cannot fetch ${name} of "${model}" from ${url.host}: ${error.message} (request ${attempt + 1} of ${
            retries + 1
          }); go online, or give a folder with the model's tokenizer files`,
        );
      }
      await surroundings.wait(2 ** attempt);
    }
  }
}

async function follow(
  first: URL,
  surroundings: HubSurroundings,
  revision: string,
): Promise<HubFile | null> {
  let [url, commit]: [URL, string | null] = [first, null];
  for (let step = 0; step <= mostRedirects; step++) {
    const response = await ask(url, surroundings);
    const { status, headers } = response;
    commit ??= headers.get("x-repo-commit");
    if (status === 200) return { bytes: await readBody(response), commit };
    await response.body?.cancel();
    const location = headers.get("location");
    if (status >= 300 && status < 400 && location !== null) {
      url = target(location, url);
      continue;
    }
    if (status === 429 || status >= 500) throw new PassingError(`it answered ${status}`);
    const code = headers.get("x-error-code");
    if (status === 404 && (code === null || code === "EntryNotFound")) return null;
    throw new UserError(refusal(status, code, revision, url.host));
  }
  throw new UserError(`${first.host} redirects more than ${mostRedirects} times`);
}

function refusal(status: number, code: string | null, revision: string, host: string): string {
  if (code === "RevisionNotFound") return `${host} has no revision "${revision}" of it`;
  if (![401, 403, 404].includes(status)) return `${host} answered ${status}`;
  return `${host} answered ${status}; is its name right, and is HF_TOKEN set if it is private or gated?`;
}

/** Where a redirection leads: to the same place as before, or over https. */
function target(location: string, from: URL): URL {
  const url = URL.parse(location, from);
  if (url === null) throw new UserError(`${from.host} redirects to no address`);
  if (url.protocol !== "https:" && url.origin !== from.origin) {
    throw new UserError(`${from.host} redirects to ${url.host} without https`);
  }
  const { state } = Deno.permissions.querySync({ name: "net", host: url.host });
  if (state !== "granted") {
    throw new UserError(`${from.host} keeps it on ${url.host}: add --net ${url.host} once to fetch it`);
  }
  return url;
}

async function ask(url: URL, { token, deadline }: HubSurroundings): Promise<Response> {
  const secret = token(url);
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const signal = deadline(timeout);
  try {
    return await fetch(url, { headers, signal, redirect: "manual" });
  } catch (error) {
    throw passing(error, signal.aborted);
  }
}

async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new UserError(`it is larger than ${mostBytes / 2 ** 20} MiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw passing(error, error instanceof DOMException);
  }
  return new Uint8Array(await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer());
}

/** What `fetch` and the reading of a body throw when there is no connection, or it breaks. */
function passing(error: unknown, late: boolean): Error {
  if (late) return new PassingError("it did not answer in time");
  if (!(error instanceof TypeError) && !(error instanceof Deno.errors.Http)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const reason = errorMessage(error.cause ?? error).replace(/^error sending request for url \(.*?\): /, "");
  return new PassingError(`it cannot be reached (${reason})`);
}
