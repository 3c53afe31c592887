/**
 * What the client of the Tinker protocol itself takes: a batch of 512 sequences of 512 tokens made into a request, and
 * its answer (a log-probability and an entropy a token) read, in each wire.
 *
 * @module
 */
import { Random } from "../lib/random.ts";
import { jsonCodec } from "../runners/tgi/tinker/json_codec.ts";
import type { Codec, PassRequest } from "../runners/tgi/tinker/messages.ts";
import { protobufCodec, protobufType } from "../runners/tgi/tinker/protobuf_codec.ts";
import { shift } from "../runners/tgi/tinker/shift.ts";
import type { WireReply } from "../runners/tgi/tinker/transport.ts";
import { writeRecords } from "../tests/support/tinker_protobuf.ts";
import { row } from "./row.ts";

const [sequences, tokens, prompt, vocabulary, repeats] = [512, 512, 128, 49_152, 9];

/** Times both ways of both wires, and prints the medians. */
export function benchTinkerClient(): void {
  const random = new Random(1, "bench");
  const batch = Array.from({ length: sequences }, () => ({
    tokens: Array.from({ length: tokens }, () => random.int(vocabulary)),
    weights: new Float32Array(tokens).fill(random.next() - 0.5, prompt),
  }));
  const records = batch.map(() => {
    const logprobs = Float32Array.from({ length: tokens - 1 }, () => -10 * random.next());
    return { logprobs, entropy: logprobs.map(Math.abs) };
  });
  const outputs = records.map(({ logprobs, entropy }) => ({
    logprobs: { data: Array.from(logprobs), dtype: "float32", shape: [logprobs.length] },
    entropy: { data: Array.from(entropy), dtype: "float32", shape: [entropy.length] },
  }));
  const json = new TextEncoder().encode(JSON.stringify({ loss_fn_outputs: outputs }));
  const protobuf = Uint8Array.from(writeRecords(records, ["logprobs", "entropy"]));
  bench("JSON", jsonCodec, batch, { contentType: "application/json", body: json });
  bench("protobuf", protobufCodec, batch, { contentType: protobufType, body: protobuf });
}

function bench(
  name: string,
  codec: Codec,
  batch: readonly { readonly tokens: readonly number[]; readonly weights: Float32Array<ArrayBuffer> }[],
  answer: Pick<WireReply, "contentType" | "body">,
): void {
  let bytes = 0;
  const writing = median(() => {
    const data = batch.map(({ tokens, weights }) => shift(tokens, { weights }));
    const request: PassRequest = {
      modelId: "model",
      seqId: 1,
      loss: "cross_entropy",
      config: { temperature: 1 },
      backward: true,
      data,
    };
    bytes = codec.encodePass(request).body.length;
  });
  const lengths = batch.map(({ tokens }) => tokens.length - 1);
  const reading = median(() => codec.decodePass({ status: 200, retryAfter: undefined, ...answer }, lengths));
  const size = `${sequences} × ${tokens} tokens`;
  row(`Tinker client, ${name}, a request`, `${writing.toFixed(1)} ms`, `${size}, ${megabytes(bytes)}`);
  row(
    `Tinker client, ${name}, its answer`,
    `${reading.toFixed(1)} ms`,
    `${size}, ${megabytes(answer.body.length)}`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

/** Milliseconds. */
function median(work: () => unknown): number {
  const times = Array.from({ length: repeats }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return times.toSorted((a, b) => a - b)[repeats >> 1] ?? NaN;
}

if (import.meta.main) benchTinkerClient();
