/**
 * What is said, whatever the wire: one pass over sequences and its result, and drawn sequences.
 *
 * @module
 */
import type { Completion } from "../../../lib/engine/engine.ts";
import type { WireReply } from "./transport.ts";

/** A loss that servers know by name. */
export type LossName = "cross_entropy" | "importance_sampling";

/** One sequence of a pass, T tokens, already shifted: target t follows token t. */
export interface WireDatum {
  /** The model's input, T ids. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** The ids that follow, T. */
  readonly targets: Int32Array<ArrayBuffer>;
  /** What else the loss takes, by name, T numbers each. */
  readonly inputs: { readonly [name: string]: Float32Array<ArrayBuffer> };
}

/** One pass over sequences. */
export interface PassRequest {
  /** The model. */
  readonly modelId: string;
  /** Its number among the model's requests. */
  readonly seqId: number;
  /** The loss. */
  readonly loss: LossName;
  /** Numbers of the loss, such as its temperature. */
  readonly config: { readonly [name: string]: number };
  /** Whether the gradient is wanted. */
  readonly backward: boolean;
  /** The sequences. */
  readonly data: readonly WireDatum[];
}

/** What a pass gives of one sequence. */
export interface PassRecord {
  /** The log-probability (nats) of each target. */
  readonly logprobs: Float32Array;
  /** The entropy (nats) of each next-token distribution, where the server tells. */
  readonly entropy?: Float32Array;
}

/** A body, and where it goes. */
export interface EncodedPass {
  /** The path. */
  readonly route: string;
  /** The media type. */
  readonly contentType: string;
  /** The body. */
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** How messages become bytes. */
export interface Codec {
  /** The media types it reads. */
  readonly accept: string;
  /** An upper bound of the bytes that a sequence takes in a body. */
  passBytes(datum: WireDatum): number;
  /** The body of a pass. */
  encodePass(request: PassRequest): EncodedPass;
  /**
   * The records of a pass, one a sequence.
   *
   * @param lengths T of each sequence.
   * @throws {Error} If there are too few or too many, or a number is not finite.
   */
  decodePass(reply: WireReply, lengths: readonly number[]): PassRecord[];
  /**
   * Drawn sequences.
   *
   * @param count How many were asked for.
   * @throws {Error} If there are too few or too many, or a number is not finite.
   */
  decodeSamples(reply: WireReply, count: number): Completion[];
}

/** Refuses to send numbers that are none. */
export function checkSendable(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue;
    throw new RangeError(`Cannot send ${values[index]}: numbers must be finite`);
  }
}

/** Refuses numbers that are none. */
export function checkFinite(values: Float32Array, what: string): void {
  // An index loop: there are hundreds of thousands of numbers in an answer.
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue;
    throw new Error(`Expected finite numbers from the server but found ${values[index]} (${what}[${index}])`);
  }
}

/** Refuses too few or too many. */
export function checkCount(found: number, expected: number, what: string): void {
  if (found !== expected) throw new Error(`Expected ${expected} ${what} from the server but found ${found}`);
}

/** Refuses drawn sequences that cannot be. */
export function checkSample({ tokens, logprobs }: Completion, what: string): void {
  checkCount(logprobs.length, tokens.length, `log-probabilities in ${what}`);
  if (tokens.length === 0) {
    throw new Error(`Expected at least one token from the server but found none (${what})`);
  }
  checkFinite(logprobs, `${what}.logprobs`);
}
