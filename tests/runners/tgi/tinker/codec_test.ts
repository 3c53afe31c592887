import { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import assert from "node:assert/strict";
import { jsonCodec } from "exitlab/runners/tgi/tinker/json_codec.ts";
import type { PassRequest, WireDatum } from "exitlab/runners/tgi/tinker/messages.ts";
import { protobufCodec, protobufType } from "exitlab/runners/tgi/tinker/protobuf_codec.ts";
import type { WireReply } from "exitlab/runners/tgi/tinker/transport.ts";
import { parse, readJsonPass } from "../../../support/tinker_bodies.ts";
import { type AskedPass, readPass, writeRecords, writeSequences } from "../../../support/tinker_protobuf.ts";

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const id = fc.oneof(fc.nat(300_000), fc.constant(0));

/** Arrays of one length each. */
const datums: fc.Arbitrary<WireDatum> = fc.integer({ min: 1, max: 20 }).chain((length) => {
  const ids = fc.array(id, { minLength: length, maxLength: length });
  const floats = fc.array(float, { minLength: length, maxLength: length });
  const names = fc.subarray(["weights", "entropy_weights", "logprobs", "advantages"], { minLength: 1 });
  return fc.tuple(ids, ids, names, fc.array(floats, { minLength: 4, maxLength: 4 })).map(
    ([tokens, targets, chosen, values]) => ({
      tokens: Int32Array.from(tokens),
      targets: Int32Array.from(targets),
      inputs: Object.fromEntries(chosen.map((name, index) => [name, Float32Array.from(values[index] ?? [])])),
    }),
  );
});

const requests: fc.Arbitrary<PassRequest> = fc.record({
  modelId: fc.string({ unit: "grapheme", minLength: 1 }),
  seqId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  loss: fc.constantFrom("cross_entropy" as const, "importance_sampling" as const),
  config: fc.dictionary(
    fc.constantFrom("temperature", "reference"),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  backward: fc.boolean(),
  data: fc.array(datums, { maxLength: 5 }),
});

/** What a server reads of a pass; JSON has no negative zero of integers, and need not. */
function plain({ modelId, seqId, loss, config, backward, data }: PassRequest): AskedPass {
  return {
    modelId,
    seqId,
    loss,
    config: Object.fromEntries(Object.entries(config)),
    backward,
    data: data.map(({ tokens, targets, inputs }) => ({
      tokens: [...tokens],
      targets: [...targets],
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [name, Array.from(values, noZero)]),
      ),
    })),
  };
}

function noZero(value: number): number {
  return value === 0 ? 0 : value;
}

function withoutZeros(asked: AskedPass): AskedPass {
  const config = Object.fromEntries(
    Object.entries(asked.config).map(([name, value]) => [name, noZero(value)]),
  );
  const data = asked.data.map((datum) => ({
    ...datum,
    inputs: Object.fromEntries(
      Object.entries(datum.inputs).map(([name, values]) => [name, values.map(noZero)]),
    ),
  }));
  return { ...asked, config, data };
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

Deno.test("a server reads in either wire what was put in, every float32 to the bit", () => {
  fc.assert(
    fc.property(requests, (request) => {
      const wanted = withoutZeros(plain(request));
      const { body } = jsonCodec.encodePass(request);
      const name = request.backward ? "forward_backward" : "forward";
      assert.deepEqual(withoutZeros(readJsonPass(name, parse(bytesOf(body)))), wanted);
      assert.deepEqual(withoutZeros(readPass(bytesOf(protobufCodec.encodePass(request).body))), wanted);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Codec.passBytes() is never less than what a sequence takes", () => {
  fc.assert(
    fc.property(requests, datums, (request, datum) => {
      for (const codec of [jsonCodec, protobufCodec]) {
        const size = (data: WireDatum[]) => bytesOf(codec.encodePass({ ...request, data }).body).length;
        const own = size([datum]) - size([]);
        assert.ok(own <= codec.passBytes(datum), `${own} > ${codec.passBytes(datum)}`);
      }
    }),
    { numRuns: 300 },
  );
});

function reply(body: string | Uint8Array, contentType: string): WireReply {
  return {
    status: 200,
    contentType,
    body: Uint8Array.from(bytesOf(body)),
    retryAfter: undefined,
    redact: String,
  };
}

const records = fc.array(
  fc.array(fc.tuple(float, float), { minLength: 1, maxLength: 12 }).map((pairs) => ({
    logprobs: Float32Array.from(pairs, ([a]) => noZero(a)),
    entropy: Float32Array.from(pairs, ([, b]) => noZero(b)),
  })),
  { maxLength: 6 },
);

const tensor = (values: Float32Array) => ({
  data: Array.from(values),
  dtype: "float32",
  shape: [values.length],
});

Deno.test("Codec.decodePass() reads what a server writes, in either wire", () => {
  fc.assert(
    fc.property(records, fc.boolean(), (found, withEntropy) => {
      const lengths = found.map(({ logprobs }) => logprobs.length);
      const names = withEntropy ? ["logprobs", "entropy"] as const : ["logprobs"] as const;
      const wanted = found.map((record) => Object.fromEntries(names.map((name) => [name, record[name]])));
      const outputs = found.map((record) =>
        Object.fromEntries(names.map((name) => [name, tensor(record[name])]))
      );
      const json = JSON.stringify({ loss_fn_outputs: outputs });
      const written = reply(writeRecords(found, names), protobufType);
      assert.deepEqual(protobufCodec.decodePass(written, lengths), wanted);
      assert.deepEqual(jsonCodec.decodePass(reply(json, "application/json"), lengths), wanted);
      assert.deepEqual(protobufCodec.decodePass(reply(json, "application/json"), lengths), wanted);
    }),
    { numRuns: 200 },
  );
});

const sequences = fc.array(
  fc.record({
    pairs: fc.array(fc.tuple(id, float), { minLength: 1, maxLength: 12 }),
    finish: fc.constantFrom("stop" as const, "length" as const),
  }).map(({ pairs, finish }) => ({
    tokens: pairs.map(([token]) => token),
    logprobs: Float32Array.from(pairs, ([, logprob]) => noZero(logprob)),
    finish,
  })),
  { maxLength: 6 },
);

Deno.test("Codec.decodeSamples() reads what a server writes, in either wire", () => {
  fc.assert(
    fc.property(sequences, (found) => {
      const json = JSON.stringify({
        sequences: found.map(({ tokens, logprobs, finish }) => ({
          tokens,
          logprobs: [...logprobs],
          stop_reason: finish,
        })),
      });
      const written = writeSequences(found.map(({ finish, ...rest }) => ({ ...rest, reason: finish })));
      assert.deepEqual(jsonCodec.decodeSamples(reply(json, "application/json"), found.length), found);
      assert.deepEqual(protobufCodec.decodeSamples(reply(written, protobufType), found.length), found);
    }),
    { numRuns: 200 },
  );
});

Deno.test("protobuf answers that are cut anywhere are refused, or are shorter lists that are refused", () => {
  const record = { logprobs: Float32Array.of(-1, -2, -3), entropy: Float32Array.of(1, 2, 3) };
  const passes = writeRecords([record, record], ["logprobs", "entropy"]);
  for (let length = 0; length < passes.length; length++) {
    const answer = reply(passes.subarray(0, length), protobufType);
    assert.throws(() => protobufCodec.decodePass(answer, [3, 3]), Error, `${length}`);
  }
  const drawn = writeSequences([{ tokens: [1, 2], logprobs: Float32Array.of(-1, -2), reason: "length" }]);
  for (let length = 0; length < drawn.length; length++) {
    assert.throws(
      () => protobufCodec.decodeSamples(reply(drawn.subarray(0, length), protobufType), 1),
      Error,
    );
  }
});

Deno.test("Codec refuses numbers that are not finite, in what it reads and in what it writes", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const values = Float32Array.of(-1, value);
    const written = reply(writeRecords([{ logprobs: values, entropy: values }], ["logprobs"]), protobufType);
    assert.throws(
      () => protobufCodec.decodePass(written, [2]),
      /Expected finite numbers .* found (NaN|-?Infinity)/,
    );
    const drawn = writeSequences([{ tokens: [1, 2], logprobs: values, reason: "stop" }]);
    assert.throws(
      () => protobufCodec.decodeSamples(reply(drawn, protobufType), 1),
      /Expected finite numbers/,
    );
    const data = [{
      tokens: Int32Array.of(1),
      targets: Int32Array.of(2),
      inputs: { weights: Float32Array.of(value) },
    }];
    const request: PassRequest = {
      modelId: "m",
      seqId: 1,
      loss: "cross_entropy",
      config: {},
      backward: true,
      data,
    };
    for (const codec of [jsonCodec, protobufCodec]) {
      assert.throws(() => codec.encodePass(request), RangeError);
    }
  }
});

Deno.test("protobufCodec.decodePass() widens bfloat16, and refuses whole numbers for log-probabilities", () => {
  const written = (dtype: number) => {
    // The upper halves of the float32 numbers -1.5 and 3.
    const [data, offsets] = [Uint16Array.of(0xbfc0, 0x4040), BigInt64Array.of(0n, 4n)];
    const writer = new BinaryWriter().tag(2, 2).fork().tag(2, 2).fork().tag(1, 2).string("logprobs").tag(2, 2)
      .fork();
    writer.tag(1, 2).bytes(new Uint8Array(data.buffer)).tag(2, 2).bytes(new Uint8Array(offsets.buffer));
    return reply(
      writer.tag(3, 0).int32(dtype).join().join().tag(3, 0).int64(1).join().finish(),
      protobufType,
    );
  };
  assert.deepEqual(protobufCodec.decodePass(written(4), [2]), [{ logprobs: Float32Array.of(-1.5, 3) }]);
  assert.throws(() => protobufCodec.decodePass(written(3), [1]), /Expected float numbers .* found dtype 3/);
});
