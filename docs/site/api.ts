/**
 * The public interface of exitlab as its doc comments tell it, from `deno doc --json`.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { declaration } from "./declaration.ts";
import { type DocComment, type DocModule, type DocSymbol, readDocJson } from "./doc_json.ts";

/** A module that users import from. */
export interface ApiModule {
  /** What it is imported as. */
  readonly name: string;
  /** Its file, from the project's folder. */
  readonly file: string;
  /** The page in the site. */
  readonly page: string;
  /** What it says of itself. */
  readonly comment: DocComment;
  /** What it exports, in its order. */
  readonly entries: readonly ApiEntry[];
  /** What it hands on from another module, where its entry is. */
  readonly handedOn: readonly string[];
}

/** A symbol. */
export interface ApiEntry {
  /** Its name, which is its anchor too. */
  readonly name: string;
  /** `function`, `interface`, `typeAlias`, `variable` or `class`. */
  readonly kind: string;
  /** What is public of each of its declarations, as source text. */
  readonly signatures: readonly string[];
  /** What is said of it. */
  readonly comment: DocComment;
  /** The public members of a class. */
  readonly members: readonly {
    readonly name: string;
    readonly signature: string;
    readonly comment: DocComment;
  }[];
  /** Its file from the project's folder, and the line, the first being 1. */
  readonly source: { readonly path: string; readonly line: number };
}

/** The public interface, and what is wrong with it. */
export interface Api {
  /** The modules. */
  readonly modules: readonly ApiModule[];
  /** The types that their declarations name and that none of them exports. */
  readonly types: readonly ApiEntry[];
  /** A sentence for each public symbol or member that says nothing. */
  readonly problems: readonly string[];
}

/** The modules of `exports` in deno.json, without those that are programs. */
const modules = [
  { name: "exitlab", file: "mod.ts", page: "api/exitlab.html" },
  { name: "exitlab/domain", file: "lib/domain/mod.ts", page: "api/domain.html" },
  { name: "exitlab/metrics", file: "lib/metrics/reader.ts", page: "api/metrics.html" },
  { name: "exitlab/notebook", file: "lib/notebook/mod.ts", page: "api/notebook.html" },
] as const;

/**
 * Reads the public interface. Runs `deno doc`, which needs nothing but what is cached.
 *
 * @param root The project's folder.
 * @throws {Error} If `deno doc` fails.
 */
export async function readApi(root: string): Promise<Api> {
  const reader = new ApiReader(root);
  const documented = await denoDoc(root, modules.map(({ file }) => file));
  const read = await Promise.all(modules.map(async (module) => {
    const doc = documented.get(module.file);
    if (doc === undefined) throw new Error(`deno doc says nothing of ${module.file}`);
    const entries = (await Promise.all(doc.symbols.map((symbol) => reader.entry(symbol)))).filter((entry) =>
      entry !== undefined
    );
    const handedOn = doc.symbols.filter(({ declarations }) =>
      declarations.every(({ kind }) => kind === "reference")
    ).map(({ name }) => name);
    return { ...module, comment: doc.module_doc, entries, handedOn };
  }));
  return { modules: read, types: await reader.namedTypes(read), problems: reader.problems };
}

/** What `deno doc --json` says of files, by the file from the project's folder. */
async function denoDoc(root: string, files: readonly string[]): Promise<ReadonlyMap<string, DocModule>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno doc failed: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  const found = readDocJson(new TextDecoder().decode(stdout));
  return new Map(Array.from(found, ([url, module]) => [relative(root, fileURLToPath(url)), module]));
}

class ApiReader {
  readonly #root: string;
  readonly #sources = new Map<string, Promise<string>>();
  readonly problems: string[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** The text of a source file. */
  source(path: string): Promise<string> {
    const known = this.#sources.get(path) ?? Deno.readTextFile(join(this.#root, path));
    this.#sources.set(path, known);
    return known;
  }

  /** An entry; `undefined` for what another module has already, handed on under the same name. */
  async entry({ name, declarations }: DocSymbol): Promise<ApiEntry | undefined> {
    const own = declarations.filter(({ kind }) => kind !== "reference");
    const [first] = own;
    if (first === undefined) return undefined;
    const path = relative(this.#root, fileURLToPath(first.location.filename));
    const source = await this.source(path);
    const { properties, methods, constructors } = first.def;
    const members = first.kind !== "class"
      ? []
      : [...constructors, ...properties, ...methods].flatMap((member) => {
        if (member.location === undefined || member.accessibility === "private") return [];
        return [{
          name: member.name,
          signature: declaration(source, member.location.line),
          comment: member.jsDoc,
        }];
      });
    const silent = first.kind === "class"
      ? members.filter((member) => member.name !== "constructor" && isSilent(member.comment))
      : [...properties, ...methods].filter((member) => isSilent(member.jsDoc));
    if (own.every((each) => isSilent(each.jsDoc))) {
      this.problems.push(
        `${path}:${first.location.line + 1}: the public symbol ${name} has no documentation`,
      );
    }
    for (const member of silent) {
      this.problems.push(`${path}: ${name}.${member.name} is public and has no documentation`);
    }
    return {
      name,
      kind: first.kind,
      signatures: own.map(({ location }) => declaration(source, location.line)),
      comment: own.find(({ jsDoc }) => !isSilent(jsDoc))?.jsDoc ?? first.jsDoc,
      members,
      source: { path, line: first.location.line + 1 },
    };
  }

  /** The types that declarations name and that no module exports, and those that these name. */
  async namedTypes(
    read: readonly { readonly entries: readonly ApiEntry[] }[],
  ): Promise<ApiEntry[]> {
    const entries = read.flatMap((module) => module.entries);
    const exported = new Set(entries.map(({ name }) => name));
    const found = new Map<string, ApiEntry>();
    const open = [...entries];
    for (const { signatures, source: { path } } of open) {
      const source = await this.source(path);
      const code = signatures.join("\n").replaceAll(/\/\*[\s\S]*?\*\//g, "");
      for (const [name] of code.matchAll(/\b[A-Z]\w+\b/g)) {
        if (exported.has(name) || found.has(name)) continue;
        const entry = this.#type(name, source, path) ?? await this.#importedType(name, source, path);
        if (entry === undefined) continue;
        found.set(name, entry);
        open.push(entry);
      }
    }
    return [...found.values()];
  }

  /** The entry of a type that a source file imports from another file of the project. */
  async #importedType(name: string, source: string, path: string): Promise<ApiEntry | undefined> {
    for (
      const [, names = "", from = ""] of source.matchAll(/^import (?:type )?\{([^}]*)\} from "(\.[^"]*)";/gm)
    ) {
      if (names.split(",").some((each) => each.trim().replace(/^type /, "") === name)) {
        const file = join(dirname(path), from);
        return await this.#type(name, await this.source(file), file);
      }
    }
    return undefined;
  }

  /** The entry of a type that a source file exports; modules that nobody imports from have no `deno doc` of their own. */
  #type(name: string, source: string, path: string): ApiEntry | undefined {
    const found = new RegExp(`^export (interface|type) ${name}\\b`, "m").exec(source);
    if (found === null) return undefined;
    const before = source.slice(0, found.index);
    const line = before.split("\n").length;
    const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(before)?.[1] ?? "";
    const doc = comment.replaceAll(/^ *\* ?/gm, "").replace(/^@[\s\S]*/m, "").trim();
    return {
      name,
      kind: found[1] === "type" ? "typeAlias" : "interface",
      signatures: [declaration(source, line - 1)],
      comment: { doc, tags: [] },
      members: [],
      source: { path, line },
    };
  }
}

function isSilent({ doc, tags }: DocComment): boolean {
  return doc.trim() === "" && tags.length === 0;
}
