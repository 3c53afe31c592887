import { UserError } from "../../../lib/errors.ts";

/** The site of the Hugging Face Hub. */
const hubHost = "https://huggingface.co";

/** The site that passes requests on to inference providers. */
export const routerHost = "https://router.huggingface.co";

/** Which hosted model is asked: what decides its answers, and no secret. */
export type HostedModel = {
  /** Its id, such as `"Qwen/Qwen3-8B"`; behind an endpoint, the name that the endpoint has for it. */
  readonly model: string;
  /** The inference provider; `null` for whichever the router takes, and behind an endpoint. */
  readonly provider: string | null;
  /** The address of an OpenAI-shaped server; `null` for the router of Hugging Face. */
  readonly endpoint: string | null;
  /** A stand-in for the Hub and its router, an address without a slash at the end; both themselves when left out. */
  readonly hub?: string;
};

/** How a hosted model is reached. */
export interface HostedAccess extends HostedModel {
  /** The token of the Hub, or the endpoint's key; `undefined` for none. */
  readonly key: string | undefined;
  /** In the place of the real one. */
  readonly fetch?: typeof fetch;
  /** In the place of real time: resolves after so many milliseconds. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** What to call a model where it stands beside trained arms: with its provider where one was chosen. */
export function hostedName({ model, provider }: HostedModel): string {
  return provider === null ? model : `${model}:${provider}`;
}

/** Where a model's answers come from, for the record: a host, never a path or a key. */
export function hostedPlace({ provider, endpoint, hub = routerHost }: HostedModel): string {
  const { host } = new URL(endpoint ?? hub);
  return provider === null ? host : `${provider} by ${host}`;
}

/**
 * Where a request of the library goes: its hosts are fixed, and a stand-in takes the place of both.
 *
 * @throws {UserError} If it is a host that the key must not go to.
 */
export function routeTo(url: URL, { endpoint, hub }: Pick<HostedAccess, "endpoint" | "hub">): URL {
  if (endpoint !== null) {
    if (url.origin === new URL(endpoint).origin) return url;
  } else if (url.origin === hubHost || url.origin === routerHost) {
    return hub === undefined ? url : new URL(`${hub}${url.pathname}${url.search}`);
  }
  throw new UserError(`Cannot call ${url.host}: it is neither Hugging Face nor the endpoint of --url`);
}
