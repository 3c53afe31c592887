import type { FolderNode, Tree } from "./heap.ts";

/**
 * The folder that a path leads to, from the root if it begins with `/`, else from the current one; `undefined` if there is none.
 * One slash at the end does not count, `.` is where one is, and `..` is not known.
 */
export function folderAt({ root, current }: Tree, path: string): FolderNode | undefined {
  if (path === "/") return root;
  const trimmed = path.replace(/^\/+|\/+$/g, "");
  if (trimmed === "") return undefined;
  let at = path.startsWith("/") ? root : current;
  for (const name of trimmed.split("/")) {
    if (name === ".") continue;
    const next = at.entries.get(name);
    if (next?.kind !== "folder") return undefined;
    at = next;
  }
  return at;
}

/** The deepest that folders are followed: beyond it lies one that holds itself. */
export const deepest = 400;
