/**
 * The words and options that say where a server is; shared by `run` and `conformance engine`.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { TgiEngine } from "../tgi/engine.ts";
import { type ServerName, serverNames } from "../tgi/tinker/profile.ts";
import type { RetryEvent } from "../tgi/tinker/retry.ts";
import type { CommandLine, CommandOption } from "./command.ts";
import { keyNames, tokenizerFolder } from "./server_names.ts";

/** The options that say where a trainer is. */
export const serverOptions: Readonly<Record<"url" | "sampler" | "server" | "tokenizer", CommandOption>> = {
  url: {
    type: "string",
    value: "URL",
    help: "The trainer's address; its key is read from EXITLAB_TRAINER_KEY",
  },
  sampler: {
    type: "string",
    value: "URL",
    help:
      "A vLLM or SGLang server that samples in the trainer's place; its key is read from EXITLAB_SAMPLER_KEY",
  },
  server: {
    type: "string",
    value: "KIND",
    help: `What speaks at --url (${serverNames.join(", ")}); found out when left out`,
  },
  tokenizer: {
    type: "string",
    value: "DIR",
    help: "A folder with the model's tokenizer files; from the trainer or the Hub when left out",
  },
};

/**
 * The engine at `--url`.
 *
 * @param onRetry Told when a call is made again.
 * @throws {UserError} If there is no `--url`, an option is no address or kind, or a key cannot be sent.
 */
export async function readServer(
  line: CommandLine,
  onRetry: (event: RetryEvent) => void,
): Promise<TgiEngine> {
  const url = readUrl(line, "url");
  if (url === undefined) {
    throw new UserError(
      "Expected --url with the trainer's address, such as http://127.0.0.1:8000, but found none",
    );
  }
  const sampler = readUrl(line, "sampler");
  const tokenizer = line.value("tokenizer");
  const server = readServerName(line.value("server"));
  const key = readKey(keyNames.trainer);
  const samplerKey = sampler === undefined ? undefined : readKey(keyNames.sampler);
  // Loaded here, so that a command that calls no server does without it.
  const { tgiEngine } = await import("../tgi/engine.ts");
  return tgiEngine({
    url,
    cache: tokenizerFolder,
    onRetry,
    ...(key === undefined ? {} : { key }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(samplerKey === undefined ? {} : { samplerKey }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(server === undefined ? {} : { server }),
  });
}

/**
 * Refuses options of a server where no server is used.
 *
 * @throws {UserError} If one was given.
 */
export function expectNoServer(line: CommandLine, runner: string): void {
  const given = Object.keys(serverOptions).find((name) => line.value(name) !== undefined);
  if (given === undefined) return;
  throw new UserError(
    `Cannot use --${given} on the runner ${runner}, which calls no server; add --runner tgi`,
  );
}

function readUrl(line: CommandLine, name: "url" | "sampler"): string | undefined {
  const text = line.value(name);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new UserError(
      `Expected --${name} to be an address such as http://127.0.0.1:8000 but found "${text}"`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new UserError(
      `Expected --${name} without a name or password but found some; put the key into ${
        name === "url" ? keyNames.trainer : keyNames.sampler
      }`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** A key from the environment, which goes into a header: Latin-1 without control characters, no space at an end. */
function readKey(name: string): string | undefined {
  const key = Deno.env.get(name);
  if (key === undefined || key === "") return undefined;
  if (/^[\x20-\x7e\xa0-\xff]+$/.test(key) && key.trim() === key) return key;
  throw new UserError(
    `Expected a key of letters, digits and signs without spaces or line breaks around it but found one that no HTTP ` +
      `header can carry (environment variable ${name})`,
  );
}

function readServerName(text: string | undefined): ServerName | undefined {
  if (text === undefined) return undefined;
  const known = serverNames.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UserError(`Expected --server to be one of ${serverNames.join(", ")} but found "${text}"`);
}
