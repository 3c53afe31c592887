/**
 * What a job takes with it: exitlab's own files, the modules of the experiment, its frozen plan, and what was named
 * beside them, in one archive whose bytes depend on nothing else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { packTar, type TarEntry } from "modern-tar";
import * as v from "valibot";
import { errorMessage, UserError } from "../../../lib/errors.ts";
import type { Json } from "../../../lib/json.ts";

/** A file of a bundle. */
export interface BundleFile {
  /** Where it is in the archive, with slashes. */
  readonly path: string;
  /** Where it is on this machine, or what is in it. */
  readonly from: string | Uint8Array;
}

/** What goes into a bundle. */
export interface BundleContent {
  /** exitlab's folder in the archive, `"."` if it is the archive's own. */
  readonly checkout: string;
  /** The experiment's file in the archive. */
  readonly experiment: string;
  /** Where what was included lies in the archive, by its path on this machine. */
  readonly included: ReadonlyMap<string, string>;
  /** All files, by path. */
  readonly files: readonly BundleFile[];
}

/** What of exitlab's folder a job needs; the rest is for people. */
const parts = ["mod.ts", "deno.json", "deno.lock", "LICENSE", "lib", "domains", "runners"];

/** Hidden files, which may hold keys, and what tools leave behind; in exitlab's own folder also what they build. */
const [leftOut, leftOutOfOwn] = [/^(\..*|__pycache__)$/, /^(\..*|__pycache__|build|.*\.egg-info)$/];

/** The most bytes of a bundle before it is packed. */
const largest = 2 ** 30;

/**
 * Gathers what a job needs. Folders keep their places relative to one another, so that imports hold.
 *
 * @param checkout exitlab's folder.
 * @param experiment The experiment's file.
 * @param include Files and folders that the experiment reads while it runs, and those of models.
 * @throws {UserError} If something is missing, too large, or the experiment's modules cannot be told.
 */
export async function gatherBundle(
  checkout: string,
  experiment: string,
  include: readonly string[] = [],
): Promise<BundleContent> {
  const own = await Promise.all(parts.map((part) => filesUnder(join(checkout, part), leftOutOfOwn)));
  const modules = await moduleFiles(checkout, experiment);
  const asked = await Promise.all(include.map((path) => filesUnder(resolve(path), leftOut)));
  const paths = [...new Set([...own.flat(), ...modules, ...asked.flat()])].toSorted();
  const base = commonFolder([resolve(checkout), ...paths.map(dirname)]);
  const inArchive = (path: string): string => relative(base, path).split(sep).join("/") || ".";
  return {
    checkout: inArchive(resolve(checkout)),
    experiment: inArchive(resolve(experiment)),
    included: new Map(include.map((path) => [path, inArchive(resolve(path))])),
    files: paths.map((path) => ({ path: inArchive(path), from: path })),
  };
}

/**
 * Packs files as a gzipped tar archive. Same files, same bytes: times and owners are left out.
 *
 * @returns The archive, and the first 16 digits of the SHA-256 of its content.
 * @throws {UserError} If the files are larger than 1 GiB together.
 */
export async function packBundle(
  files: readonly BundleFile[],
): Promise<{ readonly archive: Uint8Array<ArrayBuffer>; readonly hash: string }> {
  const entries: TarEntry[] = [];
  const hash = createHash("sha256");
  let bytes = 0;
  for (const { path, from } of files.toSorted((a, b) => a.path < b.path ? -1 : 1)) {
    const body = typeof from === "string" ? await Deno.readFile(from) : from;
    bytes += body.length;
    if (bytes > largest) {
      throw new UserError(
        `Expected a job to take at most ${largest / 2 ** 30} GiB with it but found more, up to "${path}"; ` +
          "name less with --include, or put data and models on the Hub",
      );
    }
    hash.update(`${path}\0${body.length}\0`).update(body);
    const mode = path.endsWith(".sh") ? 0o755 : 0o644;
    entries.push({ header: { name: path, size: body.length, mode, mtime: new Date(0) }, body });
  }
  const tar = await packTar(entries);
  const archive = new Blob([new Uint8Array(tar)]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    archive: new Uint8Array(await new Response(archive).arrayBuffer()),
    hash: hash.digest("hex").slice(0, 16),
  };
}

/** All files under a path but some, or the file itself. */
async function filesUnder(path: string, but: RegExp): Promise<string[]> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`Cannot find "${path}", which a job needs`);
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new UserError(`Cannot read "${path}", which a job needs`);
    }
    throw error;
  }
  if (info.isFile) return [path];
  const files: string[] = [];
  for await (const { name } of Deno.readDir(path)) {
    if (!but.test(name)) files.push(...await filesUnder(join(path, name), but));
  }
  return files;
}

const graph = v.looseObject({
  modules: v.array(v.looseObject({
    specifier: v.string(),
    local: v.optional(v.nullable(v.string())),
    error: v.optional(v.string()),
  })),
});

/** The files of a module and of all that it imports; packages aside, which the job fetches by the lock file. */
async function moduleFiles(checkout: string, module: string): Promise<string[]> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--quiet", resolve(module)],
    cwd: checkout,
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(output.stdout);
  let modules: v.InferOutput<typeof graph>["modules"];
  try {
    const answer: Json = JSON.parse(text);
    modules = v.parse(graph, answer).modules;
  } catch (error) {
    const said = new TextDecoder().decode(output.stderr).trim() || errorMessage(error);
    throw new UserError(`Cannot tell what "${module}" imports: ${said}`);
  }
  const broken = modules.find(({ error }) => error !== undefined);
  if (broken !== undefined) throw new UserError(`Cannot take "${module}" along: ${broken.error}`);
  return modules.filter(({ specifier }) => specifier.startsWith("file:")).map(({ specifier }) =>
    fileURLToPath(specifier)
  );
}

/** The deepest folder that all folders lie in. */
function commonFolder(folders: readonly string[]): string {
  const [first = sep, ...others] = folders;
  let common = first;
  for (const folder of others) {
    while (common !== dirname(common) && folder !== common && !folder.startsWith(`${common}${sep}`)) {
      common = dirname(common);
    }
  }
  return common;
}
