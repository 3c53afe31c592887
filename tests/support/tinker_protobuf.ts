/**
 * The server's half of the protobuf wire, written apart from the client's so that one checks the other.
 *
 * @module
 */
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import type { TableDatum, TableRecord, TableSequence } from "./tinker_table.ts";

/** A pass, from either wire. */
export interface AskedPass {
  readonly modelId: string;
  readonly seqId: number;
  readonly loss: string;
  readonly config: { readonly [name: string]: number };
  readonly backward: boolean;
  readonly data: readonly TableDatum[];
}

/** Reads a `ForwardBackwardRequest`. */
export function readPass(bytes: Uint8Array): AskedPass {
  let [modelId, seqId, loss, only] = ["", 0, "", false];
  const config: Record<string, number> = {};
  const data: TableDatum[] = [];
  for (const [field, reader] of fields(bytes)) {
    if (field === 1) modelId = reader.string();
    else if (field === 2) seqId = reader.int32();
    else if (field === 3) data.push(readDatum(reader.bytes()));
    else if (field === 4) loss = reader.string();
    else if (field === 5) {
      let [name, value] = ["", 0];
      for (const [part, inner] of fields(reader.bytes())) {
        if (part === 1) name = inner.string();
        else value = inner.double();
      }
      config[name] = value;
    } else only = reader.bool();
  }
  return { modelId, seqId, loss, config, backward: !only, data };
}

function readDatum(bytes: Uint8Array): TableDatum {
  let tokens: number[] = [];
  let targets: number[] = [];
  const inputs: Record<string, number[]> = {};
  for (const [field, reader] of fields(bytes)) {
    const message = reader.bytes();
    if (field === 1) {
      for (const [, chunk] of fields(message)) {
        for (const [, text] of fields(chunk.bytes())) tokens = [...tokens, ...view(text.bytes(), "int32")];
      }
      continue;
    }
    let name = "";
    for (const [part, inner] of fields(message)) {
      if (part === 1) name = inner.string();
      else if (name === "target_tokens") targets = readTensor(inner.bytes());
      else inputs[name] = readTensor(inner.bytes());
    }
  }
  return { tokens, targets, inputs };
}

function readTensor(bytes: Uint8Array): number[] {
  let [dense, dtype] = [new Uint8Array(), 0];
  let shape = -1;
  for (const [field, reader] of fields(bytes)) {
    if (field === 1) dense = Uint8Array.from(reader.bytes());
    else if (field === 3) dtype = reader.int32();
    else shape = Number(new BinaryReader(reader.bytes()).int64());
  }
  const values = view(dense, dtype === 1 ? "float32" : dtype === 2 ? "int64" : "int32");
  if (shape !== values.length) throw new RangeError(`shape ${shape} of ${values.length} numbers`);
  return values;
}

function view(bytes: Uint8Array, kind: "float32" | "int32" | "int64"): number[] {
  const data = new DataView(bytes.slice().buffer);
  const size = kind === "int64" ? 8 : 4;
  return Array.from({ length: bytes.length / size }, (_, index) => {
    if (kind === "float32") return data.getFloat32(4 * index, true);
    return kind === "int32" ? data.getInt32(4 * index, true) : Number(data.getBigInt64(8 * index, true));
  });
}

function* fields(bytes: Uint8Array): Generator<[number, BinaryReader]> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) yield [reader.tag()[0], reader];
}

/** Writes a `ForwardBackwardOutput`: one record of all sequences. */
export function writeRecords(
  records: readonly TableRecord[],
  names: readonly ("logprobs" | "entropy")[],
): Uint8Array {
  const writer = new BinaryWriter().tag(1, 2).string("ArrayRecord").tag(2, 2).fork().tag(1, 2).string(
    "ArrayRecord",
  );
  for (const name of names) {
    writer.tag(2, 2).fork().tag(1, 2).string(name).tag(2, 2).fork();
    writer.tag(1, 2).bytes(joined(records.map((record) => record[name])));
    const offsets = new DataView(new ArrayBuffer(8 * (records.length + 1)));
    let at = 0;
    for (const [index, record] of records.entries()) {
      at += record[name].byteLength;
      offsets.setBigInt64(8 * (index + 1), BigInt(at), true);
    }
    writer.tag(2, 2).bytes(new Uint8Array(offsets.buffer)).tag(3, 0).int32(1).join().join();
  }
  return writer.tag(3, 0).int64(records.length).join().finish();
}

/** Writes a `SampleResponse`. */
export function writeSequences(sequences: readonly TableSequence[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { tokens, logprobs, reason } of sequences) {
    writer.tag(1, 2).fork();
    if (reason === "length") writer.tag(1, 0).int32(1);
    writer.tag(2, 2).bytes(new Uint8Array(Int32Array.from(tokens).buffer));
    writer.tag(3, 2).bytes(joined([logprobs])).join();
  }
  return writer.finish();
}

function joined(arrays: readonly Float32Array[]): Uint8Array {
  const all = arrays.flatMap((array) => Array.from(array));
  return new Uint8Array(Float32Array.from(all).buffer);
}
