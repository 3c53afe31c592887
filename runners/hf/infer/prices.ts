import * as v from "valibot";
import { UserError } from "../../../lib/errors.ts";
import { HubClient } from "../hub/hub_client.ts";
import { type HostedAccess, routerHost } from "./hosted_model.ts";

/** What tokens cost, in USD per million. */
export type Price = {
  /** Of a conversation. */
  readonly input: number;
  /** Of an answer. */
  readonly output: number;
};

/** What a model costs at its providers, as far as it is known. */
export class Prices {
  readonly #fixed: Price | null;
  readonly #providers: ReadonlyMap<string, Price | null>;

  /** One price whoever answers, or else those of the providers that have the model; `null` for one that is not known. */
  constructor(fixed: Price | null, providers: ReadonlyMap<string, Price | null> = new Map()) {
    this.#fixed = fixed;
    this.#providers = new Map([...providers].map(([name, price]) => [plain(name), price]));
  }

  /** The price at a provider; `null` if it is not known, or if it is not known who answers and several may. */
  at(provider: string | null): Price | null {
    if (this.#fixed !== null) return this.#fixed;
    if (provider !== null) return this.#providers.get(plain(provider)) ?? null;
    const [only, ...others] = this.#providers.values();
    return others.length === 0 ? only ?? null : null;
  }

  /** The most that it can cost; `null` if that is not known. */
  most(): Price | null {
    if (this.#fixed !== null) return this.#fixed;
    const all = [...this.#providers.values()];
    const known = all.filter((price) => price !== null);
    if (known.length === 0 || known.length < all.length) return null;
    return {
      input: Math.max(...known.map(({ input }) => input)),
      output: Math.max(...known.map(({ output }) => output)),
    };
  }

  /** For people: `$0.15 in, $0.60 out per million tokens`, with a range where providers differ; `unknown`. */
  text(): string {
    const known = this.#fixed !== null
      ? [this.#fixed]
      : [...this.#providers.values()].filter((price) => price !== null);
    if (known.length === 0) return "unknown";
    const range = (values: readonly number[]): string => {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return least === most ? `$${least}` : `$${least} to $${most}`;
    };
    const [input, output] = [
      range(known.map(({ input }) => input)),
      range(known.map(({ output }) => output)),
    ];
    return `${input} in, ${output} out per million tokens`;
  }
}

/** Providers are written in several ways: `Fireworks AI`, `fireworks-ai`. */
function plain(provider: string): string {
  return provider.toLowerCase().replaceAll(/[\s_]+/g, "-");
}

/** Of hundreds of models one is asked for: what is odd of another, or of a provider, is no reason to know nothing. */
const listSchema = v.object({ data: v.array(v.unknown()) });

const dollarsSchema = v.pipe(v.number(), v.finite(), v.minValue(0));
const modelSchema = v.object({
  id: v.string(),
  providers: v.fallback(
    v.array(v.object({
      provider: v.string(),
      status: v.fallback(v.optional(v.string()), undefined),
      pricing: v.fallback(v.nullish(v.object({ input: dollarsSchema, output: dollarsSchema })), null),
    })),
    [],
  ),
});

/**
 * What a model costs, from the router's list of models, which anyone may read.
 *
 * @throws {UserError} If the list cannot be had.
 */
export async function fetchPrices(access: HostedAccess): Promise<Prices> {
  const [model, suffix] = splitModel(access.model);
  const client = new HubClient({
    host: access.hub ?? routerHost,
    token: undefined,
    ...access.fetch === undefined ? {} : { fetch: access.fetch },
    ...access.wait === undefined ? {} : { wait: access.wait },
  });
  const { data } = await client.request("GET", "/v1/models", listSchema, { isPublic: true });
  const found = data.map((each) => v.safeParse(modelSchema, each))
    .find(({ success, output }) => success && output.id === model);
  const providers = (found?.success === true ? found.output.providers : [])
    .filter(({ status }) => status === undefined || status === "live")
    .map(({ provider, pricing }) => [provider, pricing ?? null] as const);
  const chosen = access.provider ?? suffix;
  const offer = providers.find(([name]) => chosen !== null && plain(name) === plain(chosen));
  // However the provider that was chosen calls itself in its answers.
  if (offer !== undefined) return new Prices(offer[1]);
  // A suffix may be a policy such as `:cheapest`, which is no provider.
  return new Prices(null, new Map(access.provider === null ? providers : []));
}

/** A model's id, and what is behind a colon: the router takes it for a provider or a policy. */
function splitModel(model: string): [string, string | null] {
  const at = model.indexOf(":");
  return at < 0 ? [model, null] : [model.slice(0, at), model.slice(at + 1)];
}

/**
 * Reads `IN,OUT`, USD per million tokens.
 *
 * @throws {UserError} If it is something else.
 */
export function parsePrice(text: string): Price {
  const [input, output, ...rest] = text.split(",").map((part) =>
    /^\d+(\.\d+)?$/.test(part.trim()) ? Number(part) : NaN
  );
  if (rest.length === 0 && input !== undefined && output !== undefined && !isNaN(input + output)) {
    return { input, output };
  }
  throw new UserError(
    `Expected --price to be IN,OUT in USD per million tokens, such as 0.15,0.6, but found "${text}"`,
  );
}

/** What tokens cost, in USD. */
export function costOf({ input, output }: Price, inputTokens: number, outputTokens: number): number {
  return (inputTokens * input + outputTokens * output) / 1e6;
}
