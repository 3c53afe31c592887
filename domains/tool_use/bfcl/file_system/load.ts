import { PythonError } from "../python/error.ts";
import { isDict, type PyDict, type PyValue } from "../python/value.ts";
import type { FileNode, FolderNode, Tree } from "./heap.ts";

/** The tree of a scenario: the first entry of its `root` and what is in it; an empty root called `/` without one. */
export function loadTree(scenario: PyDict): Tree {
  const root = scenario.get("root");
  const [first] = isDict(root) ? root : [];
  if (first === undefined) {
    const empty = folder("/", null);
    return { root: empty, current: empty };
  }
  const top = folder(String(first[0]), null);
  fill(top, first[1]);
  return { root: top, current: top };
}

/** An empty folder. */
export function folder(name: string, parent: FolderNode | null): FolderNode {
  return { kind: "folder", name, parent, entries: new Map() };
}

function fill(into: FolderNode, described: PyValue): void {
  const contents = isDict(described) ? described.get("contents") : undefined;
  if (!isDict(contents)) throw new PythonError("KeyError", "'contents'");
  for (const [key, each] of contents) {
    const name = String(key);
    if (!isDict(each)) throw new PythonError("TypeError", "string indices must be integers, not 'str'");
    if (each.get("type") === "directory") {
      const inner = folder(name, into);
      fill(inner, each);
      into.entries.set(name, inner);
    } else {
      const file: FileNode = { kind: "file", content: each.get("content") ?? "" };
      into.entries.set(name, file);
    }
  }
}
