/**
 * Builds the WebAssembly kernels from their AssemblyScript source: `deno task kernels`. With `--check`, compares instead
 * of writing, and exits with code 1 unless the committed files are byte for byte what the source gives.
 *
 * @module
 */
import asc from "assemblyscript/asc";
import { errorMessage } from "../../lib/errors.ts";
import { type KernelBuild, kernelBuilds, kernelFile } from "./kernels/kernels.ts";

const source = new URL("./kernels/assembly/", import.meta.url);

/** Compiler arguments of both builds: shared memory of at most 4 GiB, no runtime, no garbage collector. */
const commonArguments: readonly string[] = [
  "index.ts",
  ...["--outFile", "kernels.wasm", "-O3", "--noAssert", "--runtime", "stub"],
  ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ...["--enable", "simd", "--enable", "threads", "--enable", "bulk-memory"],
];

/**
 * Compiles one build in memory.
 *
 * @throws {Error} With the compiler's message.
 */
export async function buildKernels(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  let built: Uint8Array<ArrayBuffer> | undefined;
  const relaxed = build === "relaxed" ? ["--enable", "relaxed-simd"] : [];
  const { error, stderr } = await asc.main([...commonArguments, ...relaxed], {
    readFile: readSource,
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") built = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`Cannot build the ${build} kernels: ${stderr.toString()}`);
  if (built === undefined) throw new Error(`The compiler wrote no ${build} kernels`);
  return built;
}

/** The text of a source file; `null` sends the compiler on to its own library. */
function readSource(name: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(name, source));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

async function isUpToDate(build: KernelBuild): Promise<boolean> {
  const committed = await Deno.readFile(kernelFile(build)).catch(() => new Uint8Array());
  return sameBytes(committed, await buildKernels(build));
}

if (import.meta.main) {
  try {
    for (const build of kernelBuilds) {
      if (!Deno.args.includes("--check")) {
        await Deno.writeFile(kernelFile(build), await buildKernels(build));
      } else if (!await isUpToDate(build)) {
        throw new Error(`The ${build} kernels are not the build of their source: run deno task kernels`);
      }
    }
  } catch (error) {
    await Deno.stderr.write(new TextEncoder().encode(`${errorMessage(error)}\n`));
    Deno.exit(1);
  }
}
