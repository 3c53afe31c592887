/**
 * What runs inside the sandbox in Deno: reads a program from its standard input, loads it as a module that has no address
 * of its own, calls its default export and writes what it returned, marked by a word that the program is not told.
 *
 * A literal import of a local file in a main module needs no permission. So this file is the main module, and the program is
 * imported by a computed address: each of its imports is then held to the permissions. Whatever is used after the
 * program is loaded is taken before.
 *
 * @module
 */
const { stringify, parse } = JSON;
const { exit, stdin, stdout } = Deno;
const { isView } = ArrayBuffer;
const { from } = Array;
const write = stdout.writeSync.bind(stdout);
const encode = TextEncoder.prototype.encode.bind(new TextEncoder());

const after: (bytes: Uint8Array, from: number) => Uint8Array = Function.prototype.call.bind(
  Uint8Array.prototype.subarray,
);

/** The most characters of a message. */
const longest = 2000;

/** What the program is given, and what its report is marked with. */
interface Request {
  readonly mark: string;
  readonly code: string;
  readonly files: Readonly<Record<string, string>>;
  readonly input: string | null;
  /** Parts of addresses and what they are shown as. */
  readonly shown: readonly (readonly [string, string])[];
}

/** Every `.csv` file of the input folder, without the ending. */
async function readInput(folder: string | null): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  if (folder === null) return files;
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".csv")) {
      files[name.slice(0, -4)] = await Deno.readTextFile(`${folder}/${name}`);
    }
  }
  return files;
}

function defaultOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
}

function isTypedArray(value: unknown): value is ArrayLike<unknown> {
  return isView(value) && "length" in value;
}

/** A typed array as an array; by itself JSON would make it an object. */
function asArray(_: string, value: unknown): unknown {
  return isTypedArray(value) ? from(value) : value;
}

function report(mark: string, line: string): void {
  let left: Uint8Array = encode(`\n${mark}${line}\n`);
  while (left.length > 0) left = after(left, write(left));
}

/** What was thrown, in one or two lines, with the place in the program. */
function describe(thrown: unknown, address: string, shown: Request["shown"]): string {
  let text: string;
  try {
    text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `Thrown: ${String(thrown)}`;
    const place = thrown instanceof Error
      ? thrown.stack?.split(address)[1]?.match(/^:(\d+):\d+/)?.[1]
      : undefined;
    if (place !== undefined && !text.includes(address)) text += ` (solution.ts, line ${place})`;
  } catch {
    text = "Thrown: something that cannot be shown";
  }
  for (const [part, as] of [[address, "solution.ts"] as const, ...shown]) text = text.replaceAll(part, as);
  return text.slice(0, longest);
}

const { mark, code, files, input, shown }: Request = parse(await new Response(stdin.readable).text());
const given = { ...await readInput(input), ...files };
const address = `data:application/typescript;charset=utf-8,${encodeURIComponent(code.toWellFormed())}`;
let line: string;
try {
  const solve = defaultOf(await import(address));
  if (typeof solve !== "function") {
    line = stringify({
      failed: 'The program has no function as its default export; write "export default function solve"',
    });
  } else {
    line = `{"value":${stringify(await solve(given), asArray) ?? "null"}}`;
  }
} catch (thrown) {
  line = stringify({ failed: describe(thrown, address, shown) });
}
report(mark, line);
// A timer that is still set would keep the process.
exit(0);
