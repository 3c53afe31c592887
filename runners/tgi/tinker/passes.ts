/**
 * Passes of a model over sequences: cut into requests, sent in order, waited for side by side, joined.
 *
 * @module
 */
import { chunk } from "./chunk.ts";
import { awaitFuture, type Pending } from "./future.ts";
import { sideBySide } from "./limit.ts";
import type { Build, RequestLine } from "./line.ts";
import type { Codec, LossName, PassRecord, WireDatum } from "./messages.ts";
import type { ServerProfile } from "./profile.ts";
import type { Caller } from "./retry.ts";

/** What a model's calls share. */
export interface ModelLink {
  /** Sends. */
  readonly caller: Caller;
  /** Its numbered requests. */
  readonly line: RequestLine;
  /** The wire. */
  readonly codec: Codec;
  /** What its server can do. */
  readonly profile: ServerProfile;
  /** Its name on the server. */
  readonly modelId: string;
  /** Whether a gradient was sent that no step has taken. */
  readonly owed: { gradient: boolean };
}

/** A pass that is wanted. */
export interface PassSpec {
  /** The loss. */
  readonly loss: LossName;
  /** Its numbers. */
  readonly config: { readonly [name: string]: number };
  /** Whether the gradient is wanted. */
  readonly backward: boolean;
  /** The sequences, each of one target at least. */
  readonly data: readonly WireDatum[];
}

/** One request of a pass. */
export interface PassPart {
  /** Makes it for its number. */
  readonly build: Build;
  /** Waits for its records. */
  readonly result: (pending: Pending) => Promise<PassRecord[]>;
}

/** Cuts a pass into requests. */
export function cutPass({ caller, codec, profile, modelId, owed }: ModelLink, spec: PassSpec): PassPart[] {
  const { loss, config, backward } = spec;
  return chunk(spec.data, (datum) => codec.passBytes(datum), profile).map((data) => ({
    build: (seqId) => {
      if (backward) owed.gradient = true;
      const { route, contentType, body } = codec.encodePass({ modelId, seqId, loss, config, backward, data });
      return { method: "POST", route, contentType, body };
    },
    result: (pending) =>
      awaitFuture(
        caller,
        pending,
        codec.accept,
        (reply) => codec.decodePass(reply, data.map(({ tokens }) => tokens.length)),
      ),
  }));
}

/** Sends a pass, and gives one record a sequence. */
export async function runPass(link: ModelLink, spec: PassSpec): Promise<PassRecord[]> {
  const parts = cutPass(link, spec);
  const pending = await link.line.post(parts.map(({ build }) => build));
  return await joinParts(parts, pending);
}

/** Waits for the parts of a pass that was sent. */
export async function joinParts(
  parts: readonly PassPart[],
  pending: readonly Pending[],
): Promise<PassRecord[]> {
  const pairs = parts.flatMap((part, index) => {
    const own = pending[index];
    return own === undefined ? [] : [{ part, own }];
  });
  return (await sideBySide(pairs, Infinity, ({ part, own }) => part.result(own))).flat();
}
