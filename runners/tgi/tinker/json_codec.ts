/**
 * The JSON wire, which every server but TuFT speaks. Numbers are written shorter than `JSON.stringify` would:
 * nine digits tell a float32 from its neighbours.
 *
 * @module
 */
import type { Completion } from "../../../lib/engine/engine.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
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
import { readObject } from "./retry.ts";
import type { WireReply } from "./transport.ts";

/** Bytes of an id with its comma (a vocabulary has less than 10⁷), and of a float32 with its comma. */
const [idBytes, floatBytes] = [8, 16];
/** Bytes of a sequence's braces and names, and of one more input's. */
const [datumBytes, inputBytes] = [200, 80];

/** Writes and reads JSON. */
export const jsonCodec: Codec = {
  accept: "application/json",

  passBytes({ tokens, inputs }: WireDatum): number {
    const count = Object.keys(inputs).length;
    return datumBytes + count * inputBytes + tokens.length * (2 * idBytes + count * floatBytes);
  },

  encodePass({ modelId, seqId, loss, config, backward, data }: PassRequest): EncodedPass {
    const name = backward ? "forward_backward" : "forward";
    const settings = Object.keys(config).length === 0 ? "null" : JSON.stringify(config);
    const body =
      `{"model_id":${JSON.stringify(modelId)},"seq_id":${seqId},"${name}_input":{"loss_fn":"${loss}",` +
      `"loss_fn_config":${settings},"data":[${data.map(encodeDatum).join(",")}]}}`;
    return { route: `/api/v1/${name}`, contentType: "application/json", body };
  },

  decodePass(reply: WireReply, lengths: readonly number[]): PassRecord[] {
    const records = array(readObject(reply).loss_fn_outputs, "loss_fn_outputs");
    checkCount(records.length, lengths.length, "loss_fn_outputs");
    return lengths.map((length, index) => {
      const record = object(records[index], `loss_fn_outputs[${index}]`);
      const what = `loss_fn_outputs[${index}]`;
      const logprobs = tensor(record.logprobs, length, `${what}.logprobs`);
      if (record.entropy === undefined) return { logprobs };
      return { logprobs, entropy: tensor(record.entropy, length, `${what}.entropy`) };
    });
  },

  decodeSamples(reply: WireReply, count: number): Completion[] {
    const sequences = array(readObject(reply).sequences, "sequences");
    checkCount(sequences.length, count, "sequences");
    return sequences.map((value, index) => decodeSequence(value, `sequences[${index}]`));
  },
};

function encodeDatum({ tokens, targets, inputs }: WireDatum): string {
  const shape = `"shape":[${tokens.length}]`;
  const more = Object.entries(inputs).map(([name, values]) =>
    `,"${name}":{"data":[${joinFloats(values)}],"dtype":"float32",${shape}}`
  );
  return `{"model_input":{"chunks":[{"type":"encoded_text","tokens":[${tokens.join(",")}]}]},` +
    `"loss_fn_inputs":{"target_tokens":{"data":[${targets.join(",")}],"dtype":"int64",${shape}}${
      more.join("")
    }}}`;
}

/** Float32 numbers as decimals that read back as the same; runs of one number, as coefficients are, cost nothing. */
function joinFloats(values: Float32Array): string {
  checkSendable(values);
  const words: string[] = [];
  let [last, word] = [NaN, ""];
  for (const value of values) {
    if (value !== last) [last, word] = [value, shortest(value)];
    words.push(word);
  }
  return words.join(",");
}

function shortest(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return String(Number(value.toPrecision(9)));
}

function decodeSequence(value: Json, what: string): Completion {
  const { tokens, logprobs, stop_reason: reason } = object(value, what);
  const ids = array(tokens, `${what}.tokens`).map((id) => number(id, `${what}.tokens`));
  if (!ids.every((id) => Number.isInteger(id) && id >= 0)) {
    throw new Error(`Expected whole token ids from the server but found others (${what}.tokens)`);
  }
  if (reason !== "stop" && reason !== "length") {
    throw new Error(
      `Expected "stop" or "length" from the server but found ${JSON.stringify(reason)} (${what}.stop_reason)`,
    );
  }
  const completion: Completion = {
    tokens: ids,
    logprobs: floats(logprobs, `${what}.logprobs`),
    finish: reason,
  };
  checkSample(completion, what);
  return completion;
}

function tensor(value: Json | undefined, length: number, what: string): Float32Array {
  const values = floats(object(value, what).data, what);
  checkCount(values.length, length, `numbers in ${what}`);
  return values;
}

/** The vectors of an answer, as long as each other. */
export function decodeVectors(reply: WireReply, name: string, count: number): Float32Array[] {
  const rows = array(readObject(reply)[name], name);
  checkCount(rows.length, count, name);
  const vectors = rows.map((row, index) => floats(row, `${name}[${index}]`));
  const [first] = vectors;
  for (const { length } of vectors) checkCount(length, first?.length ?? 0, `numbers in each of ${name}`);
  if (first?.length === 0) throw new Error(`Expected numbers from the server but found none (${name})`);
  return vectors;
}

function floats(value: Json | undefined, what: string): Float32Array {
  const items = array(value, what);
  const values = new Float32Array(items.length);
  for (const [index, item] of items.entries()) values[index] = number(item, what);
  checkFinite(values, what);
  return values;
}

function number(item: Json, what: string): number {
  if (typeof item === "number") return item;
  throw new Error(`Expected numbers from the server but found ${JSON.stringify(item)} (${what})`);
}

function array(value: Json | undefined, what: string): readonly Json[] {
  if (value !== undefined && isJsonArray(value)) return value;
  throw new Error(`Expected a list from the server but found ${typeof value} (${what})`);
}

function object(value: Json | undefined, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Error(`Expected an object from the server but found ${typeof value} (${what})`);
}
