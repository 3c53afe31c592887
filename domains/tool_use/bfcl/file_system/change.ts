/**
 * Methods that change files or the current folder.
 *
 * @module
 */
import { asKey, asText } from "../arguments.ts";
import { failure } from "../attributes.ts";
import { PythonError } from "../python/error.ts";
import { str } from "../python/text.ts";
import { dict, type PyDict, type PyValue, truthy, typeName } from "../python/value.ts";
import type { FileNode, FolderNode, Tree } from "./heap.ts";
import { folder } from "./load.ts";
import { entryAt, hasInvalidCharacter } from "./read.ts";

/** Goes to a folder in the current one, to the one above, or to the root. */
export function cd(tree: Tree, path: PyValue): PyDict {
  const name = asText(path, "rstrip").replace(/\/+$/, "");
  const { current, root } = tree;
  if (name === "..") {
    if (current.parent === null) return failure("Current directory is already the root. Cannot go back.");
    tree.current = current.parent;
    return dict();
  }
  if (name.includes("/")) {
    return failure(`cd: ${name}: Unsupported path. Only one folder level at a time is supported.`);
  }
  const next = name === "" ? root : name === "." ? current : current.entries.get(name);
  if (next?.kind !== "folder") return failure(`cd: '${name}': No such file or directory`);
  tree.current = next;
  return dict({ current_working_directory: next.name });
}

/** Makes a folder. */
export function mkdir({ current }: Tree, path: PyValue): PyDict | null {
  const name = newName(current, path);
  if (hasInvalidCharacter(name)) {
    return failure(`mkdir: cannot create directory '${name}': Invalid character`);
  }
  if (current.entries.has(name)) return failure(`mkdir: cannot create directory '${name}': File exists`);
  current.entries.set(name, folder(name, current));
  return null;
}

/** Makes an empty file. */
export function touch({ current }: Tree, path: PyValue): PyDict | null {
  const name = newName(current, path);
  if (hasInvalidCharacter(name)) return failure(`touch: cannot touch '${name}': Invalid character`);
  if (current.entries.has(name)) return failure(`touch: cannot touch '${name}': File exists`);
  current.entries.set(name, file(""));
  return null;
}

/** Writes to a file that is there, in place of what it holds, or shows what would be written. */
export function echo({ current }: Tree, content: PyValue, path: PyValue): PyDict | null {
  const nameless = path === null || path === "" || (typeof path === "object" && !truthy(path));
  if (nameless) return dict({ terminal_output: content });
  const name = newName(current, path);
  if (hasInvalidCharacter(name)) return failure(`echo: cannot write to '${name}': Invalid character`);
  const entry = current.entries.get(name);
  if (entry?.kind === "folder") {
    throw new PythonError("AttributeError", "'Directory' object has no attribute '_write'");
  }
  if (entry === undefined) return failure(`echo: cannot write to '${name}': No such file`);
  entry.content = content;
  return null;
}

/** Removes a file or a folder with all that is in it. */
export function rm({ current }: Tree, path: PyValue): PyDict {
  const name = asKey(path);
  if (typeof name !== "string" || !current.entries.delete(name)) {
    return failure(`rm: cannot remove '${str(path)}': No such file or directory`);
  }
  return dict({ result: `'${name}' removed` });
}

/** Removes an empty folder. */
export function rmdir({ current }: Tree, path: PyValue): PyDict {
  const entry = entryAt(current, path);
  const name = str(path);
  if (entry === undefined) return failure(`rmdir: cannot remove '${name}': No such file or directory`);
  if (entry.kind === "file") return failure(`rmdir: cannot remove '${name}': Not a directory`);
  if (entry.entries.size > 0) return failure(`rmdir: cannot remove '${name}': Directory not empty`);
  current.entries.delete(name);
  return dict({ result: `'${name}' removed` });
}

/** Moves or renames. */
export function mv(tree: Tree, source: PyValue, destination: PyValue): PyDict {
  const { current } = tree;
  const checked = endpoints(current, source, destination, "mv", "move");
  if (checked instanceof Map) return checked;
  const { entry, from, to, into } = checked;
  if (into?.kind === "file") return failure(`mv: cannot move '${from}' to '${to}': Not a directory`);
  if (into?.entries.has(from)) return failure(`mv: cannot move '${from}' to '${to}/${from}': File exists`);
  current.entries.delete(from);
  const [target, name] = into === undefined ? [current, to] : [into, from];
  // The folder itself stays behind, and what is in it belongs to both.
  target.entries.set(
    name,
    entry.kind === "file"
      ? file(entry.content)
      : { kind: "folder", name, parent: target, entries: entry.entries },
  );
  return dict({ result: `'${from}' moved to '${into === undefined ? to : `${to}/${from}`}'` });
}

/** Copies; what is in a folder is not copied with it but is in both. */
export function cp(tree: Tree, source: PyValue, destination: PyValue): PyDict {
  const { current } = tree;
  const checked = endpoints(current, source, destination, "cp", "copy");
  if (checked instanceof Map) return checked;
  const { entry, from, to, into } = checked;
  if (into?.kind === "file") return failure(`cp: cannot copy '${from}' to '${to}': Not a directory`);
  const [target, name] = into === undefined ? [current, to] : [into, from];
  if (target.entries.has(name)) {
    const kind = entry.kind === "file" ? "File" : "Directory";
    throw new PythonError("ValueError", `${kind} '${name}' already exists in directory '${target.name}'.`);
  }
  // A folder that is copied into itself is in its own copy.
  const copy: FileNode | FolderNode = entry.kind === "file" ? file(entry.content) : folder(name, target);
  target.entries.set(name, copy);
  if (entry.kind === "folder" && copy.kind === "folder") {
    for (const [key, inner] of entry.entries) copy.entries.set(key, inner);
  }
  return dict({ result: `'${from}' copied to '${into === undefined ? to : `${to}/${from}`}'` });
}

interface Endpoints {
  readonly entry: FileNode | FolderNode;
  readonly from: string;
  readonly to: string;
  /** What the destination names; `undefined` for a new name. */
  readonly into: FileNode | FolderNode | undefined;
}

function endpoints(
  current: FolderNode,
  source: PyValue,
  destination: PyValue,
  command: string,
  verb: string,
): Endpoints | PyDict {
  const entry = entryAt(current, source);
  const from = str(source);
  if (entry === undefined) return failure(`${command}: cannot ${verb} '${from}': No such file or directory`);
  const into = entryAt(current, destination);
  if (typeof destination !== "string") throw notIterable(destination);
  if (destination.includes("/")) {
    return failure(`${command}: path not allowed in destination. Provide only a file or directory name.`);
  }
  return { entry, from, to: destination, into };
}

function newName(current: FolderNode, path: PyValue): string {
  entryAt(current, path);
  if (typeof path === "string") return path;
  throw notIterable(path);
}

function notIterable(value: PyValue): PythonError {
  return new PythonError("TypeError", `argument of type '${typeName(value)}' is not iterable`);
}

function file(content: PyValue): FileNode {
  return { kind: "file", content };
}
