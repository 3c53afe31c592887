/**
 * What the client of the Tinker protocol itself takes for a batch of 512 sequences of 512 tokens, in each wire: making
 * the request of `forward_backward`, reading its answer (a log-probability and an entropy a token), and the whole round
 * trip to a server on this machine that answers at once.
 *
 * deno run -A benchmarks/wire.ts
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import type { Datum } from "../lib/engine/engine.ts";
import { Random } from "../lib/random.ts";
import { TinkerClient } from "../runners/tgi/tinker/client.ts";
import { jsonCodec } from "../runners/tgi/tinker/json_codec.ts";
import type { Codec, EncodedPass } from "../runners/tgi/tinker/messages.ts";
import type { Wire } from "../runners/tgi/tinker/profile.ts";
import { protobufCodec } from "../runners/tgi/tinker/protobuf_codec.ts";
import { shift } from "../runners/tgi/tinker/shift.ts";
import type { WireReply } from "../runners/tgi/tinker/transport.ts";
import type { InstantStart } from "./peers/instant_server.ts";
import { row } from "./row.ts";

const [sequences, tokens, prompt, vocabulary, repeats] = [512, 512, 128, 49_152, 9];

/** Times both wires, and prints the medians. */
export async function benchWire(): Promise<void> {
  const random = new Random(1, "bench");
  const batch = Array.from({ length: sequences }, () => ({
    tokens: Array.from({ length: tokens }, () => random.int(vocabulary)),
    coefficients: new Float32Array(tokens).fill(random.next() - 0.5, prompt),
  }));
  const workerData: InstantStart = { sequences, targets: tokens - 1 };
  const server = new Worker(new URL("./peers/instant_server.ts", import.meta.url), { workerData });
  try {
    const url = await new Promise<string>((resolve) => server.once("message", resolve));
    row(`Tinker client, ${sequences} × ${tokens} tokens`, `median of ${repeats}`);
    for (const wire of ["json", "protobuf"] as const) await benchOne(wire, batch, url);
  } finally {
    await server.terminate();
  }
}

async function benchOne(wire: Wire, batch: readonly Datum[], url: string): Promise<void> {
  const codec = wire === "json" ? jsonCodec : protobufCodec;
  const request = await time(() => encode(codec, batch));
  const reply = await retrieve(url, codec);
  const lengths = batch.map(() => tokens - 1);
  const answer = await time(() => codec.decodePass(reply, lengths));
  const client = await TinkerClient.connect({ url, wire });
  try {
    const model = await client.openModel({ model: "instant", rank: 8, seed: 1 });
    const trip = await time(() => model.forwardBackward(batch, { temperature: 1 }));
    row(`  ${wire}, request made`, milliseconds(request), megabytes(request.result.body.length));
    row(`  ${wire}, answer read`, milliseconds(answer), megabytes(reply.body.length));
    row(`  ${wire}, round trip to a server that answers at once`, milliseconds(trip));
  } finally {
    await client.close();
  }
}

/** What the client does with a batch before it is sent. */
function encode(codec: Codec, batch: readonly Datum[]): EncodedPass {
  return codec.encodePass({
    modelId: "model",
    seqId: 1,
    loss: "cross_entropy",
    config: { temperature: 1 },
    backward: true,
    data: batch.map(({ tokens, coefficients }) =>
      shift(tokens, { weights: Float32Array.from(coefficients) })
    ),
  });
}

/** The server's answer to a pass, as the client gets it. */
async function retrieve(url: string, { accept }: Codec): Promise<WireReply> {
  const response = await fetch(`${url}/api/v1/retrieve_future`, {
    method: "POST",
    headers: { accept, "content-type": "application/json" },
    body: JSON.stringify({ "request_id": "pass" }),
  });
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    body: new Uint8Array(await response.arrayBuffer()),
    retryAfter: undefined,
    redact: String,
  };
}

/** The median time, and the last result. The first two calls warm up and do not count. */
async function time<T>(work: () => T | Promise<T>): Promise<{ median: number; result: T }> {
  await work();
  let result = await work();
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const began = performance.now();
    result = await work();
    times.push(performance.now() - began);
  }
  return { median: times.toSorted((a, b) => a - b)[repeats >> 1] ?? NaN, result };
}

function milliseconds({ median }: { median: number }): string {
  return `${median.toFixed(1)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

if (import.meta.main) await benchWire();
