/** The safetensors file format, float32 alone: what tests hand to a trainer and read of what it writes. */

/** A tensor of float32, row-major. */
export interface FileTensor {
  /** Its sizes. */
  readonly shape: readonly number[];
  /** Its numbers. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** What stands before the numbers, by tensor. */
interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly "data_offsets": [number, number];
}

/** The bytes of a file: the length of the header (64 bits), the header as JSON, the numbers. */
export function writeSafetensors(tensors: ReadonlyMap<string, FileTensor>): Uint8Array<ArrayBuffer> {
  const header: Record<string, Entry | { format: string }> = { "__metadata__": { format: "pt" } };
  let bytes = 0;
  for (const [name, { shape, values }] of tensors) {
    const range: [number, number] = [bytes, bytes += values.byteLength];
    header[name] = { dtype: "F32", shape: [...shape], "data_offsets": range };
  }
  const text = JSON.stringify(header);
  // Numbers begin at a multiple of 8; spaces after JSON are allowed.
  const words = new TextEncoder().encode(text.padEnd(8 * Math.ceil(text.length / 8)));
  const file = new Uint8Array(8 + words.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(words.length), true);
  file.set(words, 8);
  let at = 8 + words.length;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/** The tensors of a file. */
export function readSafetensors(file: Uint8Array<ArrayBuffer>): Map<string, FileTensor> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header: Record<string, Entry> = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const tensors = new Map<string, FileTensor>();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = range.map((at) => 8 + length + at);
    if (dtype !== "F32") throw new TypeError(`Expected numbers of F32 but found ${dtype} (${name})`);
    tensors.set(name, {
      shape,
      values: new Float32Array(file.slice(from, to).buffer),
    });
  }
  return tensors;
}
