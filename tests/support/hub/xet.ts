/**
 * The stand-in's content-addressed store: takes xorbs (packed chunks) and shards (which chunks make up a file), and puts
 * files together from them; gives files out again as xorbs of its own.
 */
import { unpackLz4 } from "./lz4.ts";

const chunkHeader = 8;
const hashBytes = 32;
const shardHeader = 48;
const shardFooter = 200;
const withVerification = 0x80000000;
const withMetadata = 0x40000000;

/** A stretch of a file: the chunks `start` to `end` (exclusive) of a xorb. */
export interface Term {
  readonly xorb: string;
  readonly start: number;
  readonly end: number;
  /** Unpacked bytes. */
  readonly length: number;
}

/** A file as a shard describes it. */
export interface ShardFile {
  readonly hash: string;
  readonly terms: readonly Term[];
  /** Its SHA-256 where the upload gives one. */
  readonly sha256: string | undefined;
}

/** The chunks of a xorb, unpacked. */
export function readXorb(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const [version = 1, a = 0, b = 0, c = 0, scheme = 0, d = 0, e = 0, f = 0] = bytes.subarray(
      at,
      at + chunkHeader,
    );
    if (version !== 0 || at + chunkHeader > bytes.length) throw new RangeError("Expected a chunk header");
    const packed = a | b << 8 | c << 16;
    const length = d | e << 8 | f << 16;
    const data = bytes.subarray(at + chunkHeader, at + chunkHeader + packed);
    if (data.length < packed) throw new RangeError("Expected a whole chunk");
    chunks.push(unpackChunk(data, scheme, length));
    at += chunkHeader + packed;
  }
  return chunks;
}

function unpackChunk(data: Uint8Array, scheme: number, length: number): Uint8Array {
  if (scheme === 0) return data.slice();
  if (scheme === 1) return unpackLz4(data, length);
  if (scheme === 2) return interleave(unpackLz4(data, length));
  throw new RangeError(`Expected a known packing but found ${scheme}`);
}

/** Undoes the grouping of every fourth byte. */
function interleave(groups: Uint8Array): Uint8Array {
  const output = new Uint8Array(groups.length);
  let from = 0;
  for (let offset = 0; offset < 4; offset++) {
    for (let at = offset; at < output.length; at += 4) output[at] = groups[from++] ?? 0;
  }
  return output;
}

/** The files of a shard. */
export function readShard(bytes: Uint8Array): ShardFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = new TextDecoder().decode(bytes.subarray(0, 14));
  if (tag !== "HFRepoMetaData") throw new RangeError("Expected a shard's tag");
  if (view.getBigUint64(32, true) !== 2n || view.getBigUint64(40, true) !== BigInt(shardFooter)) {
    throw new RangeError("Expected a shard of version 2 with a footer");
  }
  const files: ShardFile[] = [];
  let at = shardHeader;
  while (!bytes.subarray(at, at + hashBytes).every((byte) => byte === 0xff)) {
    const hash = readHash(view, at);
    const flags = view.getUint32(at + 32, true);
    const count = view.getUint32(at + 36, true);
    at += 48;
    const terms: Term[] = [];
    for (let index = 0; index < count; index++, at += 48) {
      terms.push({
        xorb: readHash(view, at),
        length: view.getUint32(at + 36, true),
        start: view.getUint32(at + 40, true),
        end: view.getUint32(at + 44, true),
      });
    }
    if ((flags & withVerification) !== 0) at += 48 * count;
    const metadata = (flags & withMetadata) !== 0;
    files.push({ hash, terms, sha256: metadata ? readHash(view, at) : undefined });
    if (metadata) at += 48;
  }
  return files;
}

/** A hash stands as four words, each with its last byte first. */
function readHash(view: DataView, at: number): string {
  return [0, 8, 16, 24].map((offset) => view.getBigUint64(at + offset, true).toString(16).padStart(16, "0"))
    .join("");
}

/** Xorbs and the files made of them. */
export class ContentStore {
  readonly #xorbs = new Map<string, readonly Uint8Array[]>();
  readonly #files = new Map<string, Uint8Array>();

  /** Takes a xorb. */
  addXorb(hash: string, bytes: Uint8Array): void {
    this.#xorbs.set(hash, readXorb(bytes));
  }

  /** Takes a shard: its files are put together, known by their hash and by their SHA-256. */
  addShard(bytes: Uint8Array): void {
    for (const { hash, terms, sha256 } of readShard(bytes)) {
      const content = join(terms.flatMap((term) => this.#chunks(term)));
      this.#files.set(hash, content);
      if (sha256 !== undefined) this.#files.set(sha256, content);
    }
  }

  /** Takes a whole file. */
  addFile(hash: string, content: Uint8Array): void {
    this.#files.set(hash, content);
  }

  /** A file that was put together. */
  file(hash: string): Uint8Array | undefined {
    return this.#files.get(hash);
  }

  #chunks({ xorb, start, end, length }: Term): readonly Uint8Array[] {
    const chunks = this.#xorbs.get(xorb)?.slice(start, end);
    if (chunks === undefined) throw new RangeError(`Expected xorb ${xorb} before the shard that names it`);
    const found = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (chunks.length !== end - start || found !== length) {
      throw new RangeError(`Expected chunks ${start} to ${end} of ${length} bytes but found ${found}`);
    }
    return chunks;
  }
}

/** One array of several. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const output = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}

/** Bytes of a file in one chunk of a xorb that is given out. */
const chunkBytes = 64 * 1024;
/** Chunks in a xorb that is given out: few, so that a file of a megabyte has several. */
const xorbChunks = 8;

/** A file as unpacked xorbs, for downloads: `number` counts them from 0. */
export function giveXorb(content: Uint8Array, number: number): Uint8Array {
  const size = chunkBytes * xorbChunks;
  const part = content.subarray(size * number, size * (number + 1));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < part.length; at += chunkBytes) {
    const data = part.subarray(at, at + chunkBytes);
    const length = [data.length & 0xff, data.length >> 8 & 0xff, data.length >> 16];
    parts.push(new Uint8Array([0, ...length, 0, ...length]), data);
  }
  return join(parts);
}

/** What to fetch for the bytes `start` to `end` (inclusive) of a file, as the reconstruction route answers. */
export function reconstruct(
  hash: string,
  content: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  address: (number: number) => string,
): object {
  const size = chunkBytes * xorbChunks;
  const last = Math.min(end, content.length - 1);
  const stretches: { number: number; from: number; to: number }[] = [];
  for (let at = start; at <= last;) {
    const number = Math.floor(at / size);
    const stop = Math.min(last, (number + 1) * size - 1);
    const chunk = (byte: number): number => Math.floor((byte - number * size) / chunkBytes);
    stretches.push({ number, from: chunk(at), to: chunk(stop) + 1 });
    at = stop + 1;
  }
  /** Where a chunk of a xorb begins in it, as it is unpacked. */
  const offset = (number: number, chunk: number): number =>
    Math.min(chunk * chunkBytes, content.length - number * size);
  return {
    terms: stretches.map(({ number, from, to }) => ({
      hash: `${hash}-${number}`,
      "unpacked_length": offset(number, to) - offset(number, from),
      range: { start: from, end: to },
    })),
    xorbs: Object.fromEntries(stretches.map(({ number, from, to }) => [`${hash}-${number}`, [{
      url: address(number),
      ranges: [{
        chunks: { start: from, end: to },
        bytes: {
          start: offset(number, from) + chunkHeader * from,
          end: offset(number, to) + chunkHeader * to - 1,
        },
      }],
    }]])),
    "offset_into_first_range": start % chunkBytes,
  };
}
