/**
 * Methods that look at files and change nothing.
 *
 * @module
 */
import { asKey, asText } from "../arguments.ts";
import { failure } from "../attributes.ts";
import { PythonError } from "../python/error.ts";
import { fixed } from "../python/fixed.ts";
import { compareText, length, splitLines, splitWords } from "../python/strings.ts";
import { str } from "../python/text.ts";
import { dict, type PyDict, type PyValue, truthy, typeName } from "../python/value.ts";
import { deepest, folderAt } from "./find_folder.ts";
import type { FileNode, FolderNode, Tree } from "./heap.ts";

/** The path of the current folder. */
export function pwd({ current }: Tree): PyDict {
  const names: string[] = [];
  for (let at: FolderNode | null = current; at !== null; at = at.parent) names.unshift(at.name);
  return dict({ current_working_directory: `/${names.join("/")}` });
}

/** The names in the current folder, those that begin with a dot on request. */
export function ls({ current }: Tree, all: PyValue): PyDict {
  const names = [...current.entries.keys()];
  const shown = truthy(all) ? names : names.filter((name) => !name.startsWith("."));
  return dict({ current_directory_content: shown });
}

/** What a file holds. */
export function cat(tree: Tree, name: PyValue): PyDict {
  const node = entryAt(tree.current, name);
  if (typeof name !== "string") {
    throw new PythonError("TypeError", `argument of type '${typeName(name)}' is not iterable`);
  }
  if (hasInvalidCharacter(name)) return failure(`cat: '${name}': Invalid character`);
  if (node === undefined) return failure(`cat: '${name}': No such file or directory`);
  if (node.kind === "folder") return failure(`cat: '${name}': Is a directory`);
  return dict({ file_content: node.content });
}

/** The paths below a folder whose name holds a text. */
export function find(tree: Tree, path: PyValue, name: PyValue): PyDict {
  const from = asText(path, "strip");
  const folder = folderAt(tree, from);
  if (folder === undefined) return failure(`find: '${from}': No such file or directory`);
  const matches: string[] = [];
  const walk = (at: FolderNode, prefix: string, depth: number): void => {
    checkDepth(depth);
    for (const [key, entry] of at.entries) {
      const here = `${prefix}/${key}`;
      if (name === null || holds(key, name)) matches.push(here);
      if (entry.kind === "folder") walk(entry, here, depth + 1);
    }
  };
  walk(folder, from.replace(/\/+$/, ""), 0);
  return dict({ matches });
}

/** How many lines, words or characters a file has. */
export function wc(tree: Tree, name: PyValue, mode: PyValue): PyDict {
  if (mode !== "l" && mode !== "w" && mode !== "c") return failure(`wc: invalid mode '${str(mode)}'`);
  const file = fileAt(tree, name);
  if (file === undefined) return missing("wc", name);
  if (mode === "l") return counted(splitLines(asText(file.content, "splitlines")).length, "lines");
  if (mode === "w") return counted(splitWords(asText(file.content, "split")).length, "words");
  if (typeof file.content !== "string") {
    throw new PythonError("TypeError", `object of type '${typeName(file.content)}' has no len()`);
  }
  return counted(length(file.content), "characters");
}

/** The lines of a file in order. */
export function sort(tree: Tree, name: PyValue): PyDict {
  const file = fileAt(tree, name);
  if (file === undefined) return missing("sort", name);
  const lines = splitLines(asText(file.content, "splitlines")).toSorted(compareText);
  return dict({ sorted_content: lines.join("\n") });
}

/** The lines of a file that hold a text. */
export function grep(tree: Tree, name: PyValue, pattern: PyValue): PyDict {
  const file = fileAt(tree, name);
  if (file === undefined) return missing("grep", name);
  const lines = splitLines(asText(file.content, "splitlines"));
  return dict({ matching_lines: lines.filter((line) => holds(line, pattern)) });
}

/** The last lines of a file. */
export function tail(tree: Tree, name: PyValue, count: PyValue): PyDict {
  const file = fileAt(tree, name);
  if (file === undefined) return missing("tail", name);
  const lines = splitLines(asText(file.content, "splitlines"));
  const asked = typeof count === "boolean" ? BigInt(count) : count;
  if (typeof asked === "number" && !(asked > lines.length)) {
    throw new PythonError("TypeError", "slice indices must be integers or None or have an __index__ method");
  }
  if (typeof asked !== "bigint" && typeof asked !== "number") {
    throw new PythonError(
      "TypeError",
      `'>' not supported between instances of '${typeName(asked)}' and 'int'`,
    );
  }
  // With none asked for, the slice begins at -0, which is the beginning.
  const last = Math.min(Number(asked), lines.length);
  return dict({ last_lines: lines.slice(-last).join("\n") });
}

/** The lines in which two files differ, as far as the shorter goes. */
export function diff(tree: Tree, first: PyValue, second: PyValue): PyDict {
  const one = fileAt(tree, first);
  const other = one === undefined ? undefined : fileAt(tree, second);
  if (one === undefined || other === undefined) {
    return failure(`diff: ${str(first)} or ${str(second)}: No such file or directory`);
  }
  const left = splitLines(asText(one.content, "splitlines"));
  const right = splitLines(asText(other.content, "splitlines"));
  const lines = left.flatMap((line, at) => {
    const against = right[at];
    return against === undefined || line === against ? [] : [`- ${line}\n+ ${against}`];
  });
  return dict({ diff_lines: lines.join("\n") });
}

const units = ["B", "KB", "MB", "GB", "TB"];

/** How many bytes the files below the current folder hold. */
export function du({ current }: Tree, human: PyValue): PyDict {
  const size = (at: FolderNode, depth: number): number => {
    checkDepth(depth);
    let sum = 0;
    for (const entry of at.entries.values()) {
      sum += entry.kind === "folder"
        ? size(entry, depth + 1)
        : new TextEncoder().encode(asText(entry.content, "encode")).length;
    }
    return sum;
  };
  const bytes = size(current, 0);
  if (!truthy(human)) return dict({ disk_usage: `${bytes} bytes` });
  const unit = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return dict({ disk_usage: `${fixed(bytes / 1024 ** unit, 2)} ${units[unit]}` });
}

/** What the current folder has under a name. @throws {PythonError} If the name cannot be one. */
export function entryAt(current: FolderNode, name: PyValue): FileNode | FolderNode | undefined {
  const key = asKey(name);
  return typeof key === "string" ? current.entries.get(key) : undefined;
}

/** Whether a name has a character that no file's may have. */
export function hasInvalidCharacter(name: string): boolean {
  return /[|/\\?%*:"<>]/.test(name);
}

function fileAt({ current }: Tree, name: PyValue): FileNode | undefined {
  const entry = entryAt(current, name);
  return entry?.kind === "file" ? entry : undefined;
}

function missing(command: string, name: PyValue): PyDict {
  return failure(`${command}: ${str(name)}: No such file or directory`);
}

function counted(count: number, type: string): PyDict {
  return dict({ count: BigInt(count), type });
}

function holds(text: string, part: PyValue): boolean {
  if (typeof part === "string") return text.includes(part);
  throw new PythonError("TypeError", `'in <string>' requires string as left operand, not ${typeName(part)}`);
}

function checkDepth(depth: number): void {
  if (depth > deepest) throw new PythonError("RecursionError", "maximum recursion depth exceeded");
}
