import { PythonError } from "../python/error.ts";
import { dict, type PyDict, type PyValue } from "../python/value.ts";
import { type Method, method, type Signature, type Simulator } from "../simulator.ts";
import { cd, cp, echo, mkdir, mv, rm, rmdir, touch } from "./change.ts";
import { type FolderNode, plainTree, pyTree, type Tree } from "./heap.ts";
import { loadTree } from "./load.ts";
import { cat, diff, du, find, grep, ls, pwd, sort, tail, wc } from "./read.ts";

/** A file system of folders and text files with a current folder. */
export const fileSystem: Simulator = {
  name: "GorillaFileSystem",
  methods: new Map([
    ["cat", onTree(["file_name"], cat)],
    ["cd", onTree(["folder"], cd)],
    ["cp", onTree(["source", "destination"], cp)],
    ["diff", onTree(["file_name1", "file_name2"], diff)],
    ["du", onTree([["human_readable", false]], du)],
    ["echo", onTree(["content", ["file_name", null]], echo)],
    ["find", onTree([["path", "."], ["name", null]], find)],
    ["grep", onTree(["file_name", "pattern"], grep)],
    ["ls", onTree([["a", false]], ls)],
    ["mkdir", onTree(["dir_name"], mkdir)],
    ["mv", onTree(["source", "destination"], mv)],
    ["pwd", onTree([], pwd)],
    ["rm", onTree(["file_name"], rm)],
    ["rmdir", onTree(["dir_name"], rmdir)],
    ["sort", onTree(["file_name"], sort)],
    ["tail", onTree(["file_name", ["lines", 10n]], tail)],
    ["touch", onTree(["file_name"], touch)],
    ["wc", onTree(["file_name", ["mode", "l"]], wc)],
  ]),
  load: (scenario) => dict({ long_context: false, _tree: plainTree(loadTree(scenario)) }),
  visible: (self) =>
    dict({ long_context: self.get("long_context") ?? false, root: shown(pyTree(self.get("_tree")).root) }),
};

/** A method on the tree of an instance. */
function onTree(signature: Signature, act: (tree: Tree, ...args: [PyValue, PyValue]) => PyValue): Method {
  return method(signature, (self, [first = null, second = null]) => {
    const tree = pyTree(self.get("_tree"));
    const result = act(tree, first, second);
    if (countEntries(tree.root, mostEntries) > mostEntries) {
      throw new PythonError("OSError", "[Errno 28] No space left on device");
    }
    self.set("_tree", plainTree(tree));
    return result;
  });
}

/**
 * The most entries of a file system, where a copied folder counts wherever it stands: copies share what they hold, so that a
 * few calls double them over and over, and reading them would take forever. No task comes near it.
 */
const mostEntries = 10_000;

/** How many entries are below a folder, one that is within itself counted once; stops a little above `most`. */
function countEntries(folder: FolderNode, most: number, above: readonly FolderNode[] = []): number {
  if (above.includes(folder)) return 0;
  let count = 0;
  for (const entry of folder.entries.values()) {
    if (count > most) return count;
    count += 1 + (entry.kind === "folder" ? countEntries(entry, most - count, [...above, folder]) : 0);
  }
  return count;
}

/** A folder as graders see it: the tree below it. One that is within itself is only named there. */
function shown(folder: FolderNode, above: readonly FolderNode[] = []): PyDict {
  if (above.includes(folder)) return dict({ $cycle: true });
  const contents: PyDict = new Map();
  for (const [name, entry] of folder.entries) {
    contents.set(
      name,
      entry.kind === "folder"
        ? shown(entry, [...above, folder])
        : dict({ type: "file", content: entry.content }),
    );
  }
  return dict({ type: "directory", name: folder.name, contents });
}
