/**
 * Files and folders as the original holds them: objects that refer to one another. A copied folder shares what is in it with the
 * one that it was copied from, and a moved one keeps a hold of its contents, so that a plain tree would not behave the same.
 *
 * @module
 */
import { isDict, type PyDict, type PyValue } from "../python/value.ts";

/** A file. */
export interface FileNode {
  /** Says that it is one. */
  readonly kind: "file";
  /** Whatever was written to it last; a policy may write what is no text. */
  content: PyValue;
}

/** A folder. */
export interface FolderNode {
  /** Says that it is one. */
  readonly kind: "folder";
  /** What it calls itself, which need not be the name that it is found by. */
  readonly name: string;
  /** The folder above; `null` for the root. */
  readonly parent: FolderNode | null;
  /** What is in it, by name. A folder that was moved shares it with the one that it was. */
  readonly entries: Map<string, FileNode | FolderNode>;
}

/** The root and the current folder. */
export interface Tree {
  /** The root. */
  readonly root: FolderNode;
  /** The current folder. */
  current: FolderNode;
}

/** A tree as values, each object once: `pyTree` gives it back with all that is shared. */
export function plainTree({ root, current }: Tree): PyDict {
  const objects = new Map<object, bigint>();
  const heap: PyValue[] = [];
  const place = (object: object, describe: () => PyValue): bigint => {
    const known = objects.get(object);
    if (known !== undefined) return known;
    const at = BigInt(heap.length);
    objects.set(object, at);
    heap.push(null);
    heap[Number(at)] = describe();
    return at;
  };
  const reference = (node: FileNode | FolderNode): bigint =>
    place(node, () => {
      if (node.kind === "file") return new Map<string, PyValue>([["content", node.content]]);
      const { name, parent, entries } = node;
      return new Map<string, PyValue>([
        ["name", name],
        ["parent", parent === null ? null : reference(parent)],
        [
          "entries",
          place(entries, () => [...entries].map(([key, entry]): PyValue[] => [key, reference(entry)])),
        ],
      ]);
    });
  return new Map<string, PyValue>([["root", reference(root)], ["current", reference(current)], [
    "heap",
    heap,
  ]]);
}

/**
 * The tree of values that `plainTree` gave.
 *
 * @throws {TypeError} If they are others.
 */
export function pyTree(plain: PyValue | undefined): Tree {
  if (!isDict(plain)) throw broken();
  const heap = plain.get("heap");
  if (!Array.isArray(heap)) throw broken();
  const nodes = new Map<bigint, FileNode | FolderNode>();
  const tables = new Map<bigint, Map<string, FileNode | FolderNode>>();
  const nodeAt = (at: PyValue | undefined): FileNode | FolderNode => {
    if (typeof at !== "bigint") throw broken();
    const known = nodes.get(at);
    if (known !== undefined) return known;
    const described = heap[Number(at)];
    if (!isDict(described ?? null) || !isDict(described)) throw broken();
    const name = described.get("name");
    if (typeof name !== "string") {
      const file: FileNode = { kind: "file", content: described.get("content") ?? null };
      nodes.set(at, file);
      return file;
    }
    const parent = described.get("parent") ?? null;
    const above = parent === null ? null : folderAt(parent);
    // A folder above may have led here already.
    const found = nodes.get(at);
    if (found !== undefined) return found;
    const [entries, fill] = tableAt(described.get("entries"));
    const folder: FolderNode = { kind: "folder", name, parent: above, entries };
    nodes.set(at, folder);
    fill();
    return folder;
  };
  const folderAt = (at: PyValue | undefined): FolderNode => {
    const node = nodeAt(at);
    if (node.kind === "folder") return node;
    throw broken();
  };
  /** A table, and how to fill it once its folder is known. */
  const tableAt = (at: PyValue | undefined): [Map<string, FileNode | FolderNode>, () => void] => {
    if (typeof at !== "bigint") throw broken();
    const known = tables.get(at);
    if (known !== undefined) return [known, () => {}];
    const table = new Map<string, FileNode | FolderNode>();
    tables.set(at, table);
    return [table, () => {
      const listed = heap[Number(at)];
      if (!Array.isArray(listed)) throw broken();
      for (const entry of listed) {
        const [name, reference] = Array.isArray(entry) ? entry : [];
        if (typeof name !== "string") throw broken();
        table.set(name, nodeAt(reference));
      }
    }];
  };
  return { root: folderAt(plain.get("root")), current: folderAt(plain.get("current")) };
}

function broken(): TypeError {
  return new TypeError("Expected the objects of a file system but found other values");
}
