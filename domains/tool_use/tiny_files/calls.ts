/**
 * The four calls, as pure reducers of trees. A call is four characters: `m1ab` moves file 1 from folder a to folder b, `c1ab` copies
 * it, `r1a.` removes it, `k..b` makes folder b.
 *
 * @module
 */
import { absent, cellOf, hasFolder, missing, present, type Shape, withCell, withFolder } from "./tree.ts";

/** The characters of a call. */
export const callLength = 4;

/** A call. */
export type Call =
  | { readonly name: "mv" | "cp"; readonly file: number; readonly from: number; readonly to: number }
  | { readonly name: "rm"; readonly file: number; readonly from: number }
  | { readonly name: "mkdir"; readonly to: number };

/** What a call led to: the tree after it, or why it was not carried out, and then the tree as it was. */
export interface CallResult {
  /** The tree after it. */
  readonly tree: string;
  /** Why it was not carried out; `null` if it was. */
  readonly error: string | null;
}

/** Reads a call; `undefined` for any other text. */
export function parseCall(shape: Shape, text: string): Call | undefined {
  if (text.length !== callLength) return undefined;
  const [op = "", file = "", from = "", to = ""] = text;
  const [fileAt, fromAt, toAt] = [
    placeOf(file, "1", shape.files),
    placeOf(from, "a", shape.folders),
    placeOf(to, "a", shape.folders),
  ];
  if (op === "k") {
    return file === "." && from === "." && toAt !== undefined ? { name: "mkdir", to: toAt } : undefined;
  }
  if (fileAt === undefined || fromAt === undefined) return undefined;
  if (op === "r") return to === "." ? { name: "rm", file: fileAt, from: fromAt } : undefined;
  if (toAt === undefined || (op !== "m" && op !== "c")) return undefined;
  return { name: op === "m" ? "mv" : "cp", file: fileAt, from: fromAt, to: toAt };
}

/** A call as text. */
export function writeCall(call: Call): string {
  const file = (at: number): string => String(at + 1);
  const folder = (at: number): string => String.fromCharCode("a".charCodeAt(0) + at);
  switch (call.name) {
    case "mkdir":
      return `k..${folder(call.to)}`;
    case "rm":
      return `r${file(call.file)}${folder(call.from)}.`;
    default:
      return `${call.name === "mv" ? "m" : "c"}${file(call.file)}${folder(call.from)}${folder(call.to)}`;
  }
}

/** Carries a call out. */
export function applyCall(shape: Shape, tree: string, call: Call): CallResult {
  const refuse = (error: string): CallResult => ({ tree, error });
  if (call.name === "mkdir") {
    if (hasFolder(shape, tree, call.to)) return refuse("The folder exists");
    return { tree: withFolder(shape, tree, call.to), error: null };
  }
  const source = cellOf(shape, call.from, call.file);
  if (tree[source] !== present) return refuse("There is no such file");
  if (call.name === "rm") return { tree: withCell(tree, source, absent), error: null };
  const target = cellOf(shape, call.to, call.file);
  if (tree[target] === missing) return refuse("There is no such folder");
  if (tree[target] === present) return refuse("The file exists");
  const copied = withCell(tree, target, present);
  return { tree: call.name === "cp" ? copied : withCell(copied, source, absent), error: null };
}

/** All calls of a shape, in a fixed order. */
export function allCalls({ folders, files }: Shape): Call[] {
  const [folderList, fileList] = [[...Array(folders).keys()], [...Array(files).keys()]];
  return [
    ...folderList.map((to): Call => ({ name: "mkdir", to })),
    ...fileList.flatMap((file) =>
      folderList.flatMap((from): Call[] => [
        { name: "rm", file, from },
        ...folderList.flatMap((to): Call[] =>
          to === from ? [] : [{ name: "mv", file, from, to }, { name: "cp", file, from, to }]
        ),
      ])
    ),
  ];
}

function placeOf(character: string, first: string, count: number): number | undefined {
  const at = character.charCodeAt(0) - first.charCodeAt(0);
  return at >= 0 && at < count ? at : undefined;
}
