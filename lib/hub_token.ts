import { UserError } from "./errors.ts";

/** The environment's name for the token of the Hugging Face hub. */
const variable = "HF_TOKEN";

type Environment = (name: string) => string | undefined;

/**
 * The hub's token for a request to this address: only over https, and only to a host of Hugging Face. Anyone may run an
 * inference endpoint on such a host; for the hub's own hosts alone there is `hubSiteToken`.
 *
 * @param environment The environment; that of the process when left out, if it may be read.
 * @returns `undefined` if there is no token, or the address is not one that may see it.
 * @throws {UserError} If it has characters that no token has; the message does not show it.
 */
export function hubToken(url: URL, environment: Environment = readEnvironment): string | undefined {
  return tokenIf(url.protocol === "https:" && isHubHost(url.hostname), environment);
}

/**
 * The hub's token for a request to the hub itself, such as for a data set: only over https, and only to `huggingface.co` and
 * the hosts below it.
 *
 * @param environment The environment; that of the process when left out, if it may be read.
 * @returns `undefined` if there is no token, or the address is not one that may see it.
 * @throws {UserError} If it has characters that no token has; the message does not show it.
 */
export function hubSiteToken(url: URL, environment: Environment = readEnvironment): string | undefined {
  return tokenIf(url.protocol === "https:" && /(^|\.)huggingface\.co$/.test(url.hostname), environment);
}

function tokenIf(mayKnow: boolean, environment: Environment): string | undefined {
  const token = mayKnow ? environment(variable)?.trim() : undefined;
  if (token === undefined || token === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UserError(
    `Expected ${variable} in the environment to be a token but found other characters in it`,
  );
}

/** Whether a host, as `host` or `host:port`, is one of Hugging Face's. */
export function isHubHost(host: string): boolean {
  return /(^|\.)(huggingface\.co|endpoints\.huggingface\.cloud)(:\d+)?$/.test(host);
}

function readEnvironment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
