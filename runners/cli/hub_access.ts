/**
 * The Hub as a command reaches it: `--hub` says where it is, `HF_TOKEN` is the token.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { HubAccess } from "../hf/hub/hub_client.ts";
import type { CommandLine, CommandOption } from "./command.ts";
import { defaultHub } from "./hub_hosts.ts";

/** Where the Hub is. */
export const hubOption: CommandOption = {
  type: "string",
  value: "URL",
  help: `The Hub's address (hf: where jobs run); default ${defaultHub}`,
};

/**
 * How the Hub is reached.
 *
 * @param token Whether a command cannot do without one.
 * @param onRetry Told when a request is made again.
 * @throws {UserError} If `--hub` is no address, or the token is missing or no token; no message shows it.
 */
export function readHubAccess(
  line: CommandLine,
  token: "needed" | "optional",
  onRetry?: (message: string) => void,
): HubAccess {
  const given = readSecret("HF_TOKEN");
  if (given === undefined && token === "needed") {
    throw new UserError(
      "Expected a Hugging Face token with write access in the environment variable HF_TOKEN but found none; make one at " +
        `${defaultHub}/settings/tokens`,
    );
  }
  return {
    host: readHub(line),
    token: given,
    ...onRetry === undefined ? {} : { onRetry },
  };
}

/**
 * The Hub's address, without a slash at the end.
 *
 * @throws {UserError} If `--hub` is no address.
 */
export function readHub(line: CommandLine): string {
  const text = line.value("hub") ?? defaultHub;
  const url = URL.parse(text);
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "" &&
    [url.username, url.password, url.search, url.hash].every((part) => part === "");
  if (plain) return url.href.replace(/\/+$/, "");
  // What may be a password is not repeated.
  const found = text.includes("@") ? "one with more in it" : `"${text}"`;
  throw new UserError(`Expected --hub to be an address such as ${defaultHub} but found ${found}`);
}

/** A secret of the environment by its name; `undefined` if it is not set, or may not be read. */
export function readSecret(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  const value = Deno.env.get(name)?.trim();
  return value === "" ? undefined : value;
}
