import { UserError } from "../errors.ts";

/** The most bytes of a header. */
const longestHeader = 1 << 20;

/**
 * The names in the first line of a file with separated values. Names may be quoted.
 *
 * @throws {UserError} If there is none, or a name is empty or stands there twice.
 */
export async function csvHeader(path: string, file: string, separator: string): Promise<string[]> {
  const text = await beginning(file);
  if (text.trim() === "") throw new UserError(`Expected rows in "${path}" but it is empty`);
  const names: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const plain = quoted === null
      ? /^[^\r\n]*?(?=[\r\n]|$)/.exec(rest)?.[0].split(separator, 1)[0] ?? ""
      : "";
    names.push(quoted === null ? plain.trim() : (quoted[1] ?? "").replaceAll('""', '"'));
    rest = rest.slice(quoted === null ? plain.length : quoted[0].length);
    if (!rest.startsWith(separator)) break;
    rest = rest.slice(separator.length);
  }
  const wrong = names.find((name, at) => name === "" || names.indexOf(name) !== at);
  if (wrong === undefined) return names;
  throw new UserError(
    `Expected the first line of "${path}" to name its columns, each by another name, but found ` +
      (wrong === "" ? "an empty name" : `"${wrong}" twice`),
  );
}

async function beginning(file: string): Promise<string> {
  const opened = await Deno.open(file, { read: true });
  try {
    const bytes = new Uint8Array(longestHeader);
    const length = await opened.read(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length));
  } finally {
    opened.close();
  }
}
