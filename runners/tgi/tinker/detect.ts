/**
 * Which server this is: it says so itself, or its description does.
 *
 * @module
 */
import { UserError } from "../../../lib/errors.ts";
import { isJsonArray, isJsonObject, type JsonObject } from "../../../lib/json.ts";
import { orNull, UnreadableError } from "./failure.ts";
import { profiles, type ServerProfile } from "./profile.ts";
import { type Caller, readObject } from "./retry.ts";

/** A model that a server offers. */
export interface ServedModel {
  /** Its name. */
  readonly name: string;
  /** The most tokens of prompt and completion; `null` if the server does not tell. */
  readonly context: number | null;
}

/** What our own server says of itself. */
export interface ServerExtensions {
  /** The version of the server. */
  readonly version: string;
  /** How many token ids there are. */
  readonly vocabulary: number;
  /** Where it computes, such as `"cpu"`. */
  readonly device: string;
  /** What it computes in, such as `"float32"`. */
  readonly dtype: string;
  /** Whether the same requests give the same bits. */
  readonly deterministic: boolean;
  /** The version of PyTorch; `null` if it does not tell. */
  readonly torch: string | null;
  /** How many threads it computes with; `null` if it does not tell. */
  readonly threads: number | null;
  /** The most tokens that it computes at once; `null` if it does not tell. */
  readonly microTokens: number | null;
  /** Whether it computes activations twice to keep fewer (gradient checkpointing); `null` if it does not tell. */
  readonly checkpoints: boolean | null;
  /** The revision of its base model; `null` if it does not tell, or there is none. */
  readonly revision: string | null;
}

/** What a server answers when asked what it can do. */
export interface Found {
  /** The models. */
  readonly models: readonly ServedModel[];
  /** What our own server says beside. */
  readonly extensions: ServerExtensions | null;
}

/** Asks a server what it offers; one without such a route offers what it was started with. */
export async function askCapabilities(caller: Caller): Promise<Found> {
  const request = { method: "GET", route: "/api/v1/get_server_capabilities" } as const;
  const reply = await orNull(() => caller.call(request, readObject));
  if (reply === null) return { models: [], extensions: null };
  const listed = reply.supported_models;
  if (listed === undefined || !isJsonArray(listed)) {
    throw new UnreadableError('It answered without "supported_models" (GET /api/v1/get_server_capabilities)');
  }
  const models = listed.flatMap((model) => {
    if (!isJsonObject(model) || typeof model.model_name !== "string") return [];
    const { model_name: name, max_context_length: context } = model;
    return [{ name, context: typeof context === "number" && context > 0 ? context : null }];
  });
  return { models, extensions: isJsonObject(reply.exitlab) ? readExtensions(reply.exitlab) : null };
}

function readExtensions(block: JsonObject): ServerExtensions {
  const number = (name: string): number => {
    const value = block[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new UserError(
      `Expected a number from the server but found ${
        JSON.stringify(value)
      } (get_server_capabilities, exitlab.${name})`,
    );
  };
  if (number("protocol") !== 1) {
    throw new UserError(
      `Expected a server of protocol 1 but found ${
        number("protocol")
      }: server and exitlab are of different versions`,
    );
  }
  return {
    version: String(block.version ?? ""),
    vocabulary: number("vocabulary"),
    device: String(block.device ?? ""),
    dtype: String(block.dtype ?? ""),
    deterministic: block.deterministic === true,
    torch: typeof block.torch === "string" ? block.torch : null,
    threads: typeof block.threads === "number" ? block.threads : null,
    microTokens: typeof block.micro_tokens === "number" ? block.micro_tokens : null,
    checkpoints: typeof block.checkpoints === "boolean" ? block.checkpoints : null,
    revision: typeof block.revision === "string" ? block.revision : null,
  };
}

/**
 * The profile that was chosen for a server.
 *
 * @throws {UserError} If what the server says of itself is against it.
 */
export function checkProfile(
  { base }: Caller,
  { extensions }: Found,
  profile: ServerProfile,
): ServerProfile {
  if (extensions === null && profile.name === "exitlab") {
    throw new UserError(
      `Expected exitlab's own trainer at ${base} but found a server that does not say it is one; ` +
        "leave --server out, or name what speaks there",
    );
  }
  if (extensions !== null && profile.name !== "exitlab") {
    throw new UserError(
      `Expected a ${profile.name} server at ${base} but found exitlab's own trainer; leave --server out`,
    );
  }
  return extensions === null ? profile : { ...profile, deterministic: extensions.deterministic };
}

/**
 * The profile of a server.
 *
 * @throws {UserError} If it cannot be told: then its name must be given.
 */
export async function detectProfile(caller: Caller, found: Found): Promise<ServerProfile> {
  if (found.extensions !== null) {
    return { ...profiles.exitlab, deterministic: found.extensions.deterministic };
  }
  const title = await askTitle(caller);
  if (/tuft/i.test(title)) return profiles.tuft;
  if (/verl/i.test(title)) return profiles.verl;
  const names = Object.keys(profiles).filter((name) => name !== "exitlab").join(", ");
  // SkyRL's own description: its backends differ in how they reduce, and none says which it is.
  if (title === "Tinker API Mock") {
    throw new UserError(
      `Expected to be told which backend this SkyRL server has: name the server "skyrl-jax" (JAX) or "skyrl" (FSDP, Megatron)`,
    );
  }
  throw new UserError(
    `Expected to be told what server ${caller.base} is, which does not say so itself: one of ${names}`,
  );
}

/** The title of the server's own description, or nothing. */
async function askTitle(caller: Caller): Promise<string> {
  try {
    const { info } = await caller.call({ method: "GET", route: "/openapi.json" }, readObject);
    return isJsonObject(info) && typeof info.title === "string" ? info.title : "";
  } catch (error) {
    if (caller.signal.aborted) throw error;
    // Many have none; then the name must be given.
    return "";
  }
}
