/**
 * The protobuf wire: messages of the package `tinker_public`, whose few fields are written and read by number. Tensors
 * are little-endian bytes, as this machine has them. Maps are written in the order of their names, so that equal
 * messages are equal bytes.
 *
 * @module
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Completion } from "../../../lib/engine/engine.ts";
import { errorMessage } from "../../../lib/errors.ts";
import { UnreadableError } from "./failure.ts";
import { jsonCodec } from "./json_codec.ts";
import {
  checkCount,
  checkFinite,
  checkSample,
  checkSendable,
  type Codec,
  type EncodedPass,
  type PassRecord,
  type PassRequest,
  type WireDatum,
} from "./messages.ts";
import type { WireReply } from "./transport.ts";

/** The media type of messages. */
export const protobufType = "application/x-protobuf";

/** What tensors hold. */
const [float32, int64, bfloat16] = [1, 2, 4];
/** Bytes of a sequence's frames, of an input's frames and name, and of an input token with its target. */
const [datumBytes, inputBytes, tokenBytes] = [128, 64, 4 + 8];

/** Writes passes as protobuf, and reads protobuf or, where a server answers so, JSON. */
export const protobufCodec: Codec = {
  accept: `${protobufType}, application/json`,

  passBytes({ tokens, inputs }: WireDatum): number {
    const count = Object.keys(inputs).length;
    return datumBytes + count * inputBytes + tokens.length * (tokenBytes + 4 * count);
  },

  encodePass({ modelId, seqId, loss, config, backward, data }: PassRequest): EncodedPass {
    const writer = new BinaryWriter();
    writer.tag(1, WireType.LengthDelimited).string(modelId);
    writer.tag(2, WireType.Varint).int32(seqId);
    for (const datum of data) writeDatum(writer.tag(3, WireType.LengthDelimited).fork(), datum).join();
    writer.tag(4, WireType.LengthDelimited).string(loss);
    for (const [name, value] of sorted(config)) {
      writer.tag(5, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.Bit64).double(value).join();
    }
    if (!backward) writer.tag(6, WireType.Varint).bool(true);
    return { route: "/api/v1/forward_backward", contentType: protobufType, body: writer.finish() };
  },

  decodePass(reply: WireReply, lengths: readonly number[]): PassRecord[] {
    if (reply.contentType !== protobufType) return jsonCodec.decodePass(reply, lengths);
    const records: PassRecord[] = [];
    eachField(reply.body, { 2: (reader) => records.push(...readRecord(reader.bytes())) });
    checkCount(records.length, lengths.length, "loss_fn_outputs");
    for (const [index, { logprobs, entropy }] of records.entries()) {
      const what = `loss_fn_outputs[${index}]`;
      checkCount(logprobs.length, lengths[index] ?? 0, `numbers in ${what}.logprobs`);
      checkFinite(logprobs, `${what}.logprobs`);
      if (entropy === undefined) continue;
      checkCount(entropy.length, logprobs.length, `numbers in ${what}.entropy`);
      checkFinite(entropy, `${what}.entropy`);
    }
    return records;
  },

  decodeSamples(reply: WireReply, count: number): Completion[] {
    if (reply.contentType !== protobufType) return jsonCodec.decodeSamples(reply, count);
    const sequences: Completion[] = [];
    eachField(reply.body, {
      1: (reader) => sequences.push(readSequence(reader.bytes(), `sequences[${sequences.length}]`)),
    });
    checkCount(sequences.length, count, "sequences");
    return sequences;
  },
};

function writeDatum(writer: BinaryWriter, { tokens, targets, inputs }: WireDatum): BinaryWriter {
  // A chunk of text within the model's input.
  writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).bytes(bytesOf(tokens)).join().join();
  // Ids are not negative: the upper half of each 64-bit number is 0.
  const wide = new Int32Array(2 * targets.length);
  for (let index = 0; index < targets.length; index++) wide[2 * index] = targets[index] ?? 0;
  const tensors = { "target_tokens": { dtype: int64, values: wide }, ...asTensors(inputs) };
  for (const [name, { dtype, values }] of sorted(tensors)) {
    writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).bytes(bytesOf(values)).tag(3, WireType.Varint).int32(dtype);
    writer.tag(4, WireType.LengthDelimited).fork().int64(targets.length).join().join().join();
  }
  return writer;
}

interface Tensor {
  readonly dtype: number;
  readonly values: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** The inputs of a loss; a number that is none would be known too late for what it was. */
function asTensors(inputs: WireDatum["inputs"]): { readonly [name: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => {
      checkSendable(values);
      return [name, { dtype: float32, values }] as const;
    }),
  );
}

function sorted<T>(record: { readonly [name: string]: T }): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => a < b ? -1 : 1);
}

function bytesOf(
  { buffer, byteOffset, byteLength }: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Hands each known field of a message to its reader.
 *
 * @throws {UnreadableError} If the message is cut short, or none at all.
 */
function eachField(
  message: Uint8Array,
  known: { readonly [field: number]: (reader: BinaryReader, wire: WireType) => void },
): void {
  try {
    const reader = new BinaryReader(message);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      const read = known[field];
      if (read === undefined) reader.skip(wire, field);
      else read(reader, wire);
      if (reader.pos > reader.len) throw new RangeError("a field is longer than its message");
    }
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    throw new UnreadableError(
      `It answered with a protobuf message that cannot be read (${errorMessage(error)})`,
    );
  }
}

/** One field of all sequences in a row. */
interface Batched {
  readonly data: Uint8Array;
  readonly offsets: Uint8Array;
  readonly dtype: number;
}

function readRecord(message: Uint8Array): PassRecord[] {
  const fields = new Map<string, Batched>();
  let count = 0;
  eachField(message, {
    2: (reader) => {
      const [name, batched] = readEntry(reader.bytes());
      fields.set(name, batched);
    },
    3: (reader) => count = Number(reader.int64()),
  });
  const logprobs = split(fields.get("logprobs"), count, "logprobs");
  const entropies = fields.has("entropy") ? split(fields.get("entropy"), count, "entropy") : undefined;
  return logprobs.map((values, index) => {
    const entropy = entropies?.[index];
    return { logprobs: values, ...entropy === undefined ? {} : { entropy } };
  });
}

function readEntry(message: Uint8Array): [string, Batched] {
  let [name, data, offsets, dtype] = ["", new Uint8Array(), new Uint8Array(), 0];
  eachField(message, {
    1: (reader) => name = reader.string(),
    2: (reader) =>
      eachField(reader.bytes(), {
        1: (inner) => data = Uint8Array.from(inner.bytes()),
        2: (inner) => offsets = Uint8Array.from(inner.bytes()),
        3: (inner) => dtype = inner.int32(),
      }),
  });
  return [name, { data, offsets, dtype }];
}

/** The numbers of each sequence; offsets count bytes, and there is one more than there are sequences. */
function split(batched: Batched | undefined, count: number, what: string): Float32Array[] {
  if (batched === undefined) {
    throw new Error(`Expected ${what} from the server but found none (loss_fn_outputs)`);
  }
  const { data, offsets, dtype } = batched;
  if (dtype !== float32 && dtype !== bfloat16) {
    throw new Error(
      `Expected float numbers from the server but found dtype ${dtype} (loss_fn_outputs.${what})`,
    );
  }
  if (offsets.length % 8 !== 0) {
    throw new UnreadableError(`It answered with ${what} of offsets that are cut short`);
  }
  const bounds = Array.from(new BigInt64Array(offsets.slice().buffer), Number);
  checkCount(bounds.length, count + 1, `offsets in loss_fn_outputs.${what}`);
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [bounds[index] ?? -1, bounds[index + 1] ?? -1];
    if (from < 0 || to < from || to > data.length) {
      throw new Error(
        `Expected offsets in [0, ${data.length}] from the server but found ${from} to ${to} (loss_fn_outputs.${what})`,
      );
    }
    return floats(data.subarray(from, to), dtype, what);
  });
}

function floats(bytes: Uint8Array, dtype: number, what: string): Float32Array {
  const size = dtype === float32 ? 4 : 2;
  if (bytes.length % size !== 0) throw new UnreadableError(`It answered with ${what} that are cut short`);
  const own = bytes.slice();
  if (dtype === float32) return new Float32Array(own.buffer);
  // A bfloat16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(new Uint16Array(own.buffer), (half) => half << 16).buffer);
}

function readSequence(message: Uint8Array, what: string): Completion {
  let [reason, tokens, logprobs] = [0, new Uint8Array(), new Uint8Array()];
  eachField(message, {
    1: (reader) => reason = reader.int32(),
    2: (reader) => tokens = Uint8Array.from(reader.bytes()),
    3: (reader) => logprobs = Uint8Array.from(reader.bytes()),
  });
  if (tokens.length % 4 !== 0) {
    throw new UnreadableError(`It answered with ${what}.tokens that are cut short`);
  }
  if (reason !== 0 && reason !== 1) {
    throw new Error(`Expected a stop reason of 0 or 1 from the server but found ${reason} (${what})`);
  }
  const completion: Completion = {
    tokens: Array.from(new Int32Array(tokens.buffer)),
    logprobs: floats(logprobs, float32, `${what}.logprobs`),
    finish: reason === 0 ? "stop" : "length",
  };
  checkSample(completion, what);
  return completion;
}
