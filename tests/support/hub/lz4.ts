/** Reads the LZ4 frames that an upload's chunks come in. */

const magic = 0x184d2204;

/** Unpacks one LZ4 frame into exactly `length` bytes. */
export function unpackLz4(frame: Uint8Array, length: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== magic) throw new RangeError("Expected an LZ4 frame");
  const flags = view.getUint8(4);
  const [blockChecksums, contentSize, dictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  let at = 7 + (contentSize === 0 ? 0 : 8) + (dictionary === 0 ? 0 : 4);
  const output = new Uint8Array(length);
  let filled = 0;
  for (;;) {
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) break;
    const size = header & 0x7fffffff;
    const block = frame.subarray(at, at + size);
    if (block.length < size) throw new RangeError("Expected a whole LZ4 block");
    if (header >>> 31 === 1) {
      output.set(block, filled);
      filled += size;
    } else filled = unpackBlock(block, output, filled);
    at += size + (blockChecksums === 0 ? 0 : 4);
  }
  if (filled !== length) throw new RangeError(`Expected ${length} unpacked bytes but found ${filled}`);
  return output;
}

/** Unpacks a block behind what is there; returns where it ends. A match may reach into the blocks before. */
function unpackBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let filled = start;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw new RangeError("Expected more bytes of an LZ4 block");
    return value;
  };
  const count = (short: number): number => {
    let total = short;
    if (short < 15) return total;
    for (;;) {
      const more = byte();
      total += more;
      if (more < 255) return total;
    }
  };
  while (at < block.length) {
    const token = byte();
    const literals = count(token >> 4);
    output.set(block.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    if (at >= block.length) break;
    const offset = byte() | byte() << 8;
    const end = filled + count(token & 15) + 4;
    if (offset === 0 || offset > filled || end > output.length) throw new RangeError("Bad LZ4 match");
    for (; filled < end; filled++) output[filled] = output[filled - offset] ?? 0;
  }
  return filled;
}
