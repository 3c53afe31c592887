import { join } from "node:path";
import type { NewKind, NewName } from "./names.ts";

/** Where something new goes. */
export interface Placement {
  /** The folder that holds it, among others of its kind. */
  readonly parent: string;
  /** What is written, below `parent`: one folder, or two files. */
  readonly entries: readonly string[];
  /** The files of the template, each with what it is to be called below `parent`. */
  readonly files: readonly { readonly template: string; readonly path: string }[];
}

/** Where each kind goes unless `--out` says otherwise, from the folder in which tasks run. */
export function usualParent(of: string | undefined): string {
  return of === "experiment" ? "experiments" : "plugins";
}

/** Where something new of this name goes, a plugin into a folder of its own and an experiment beside the others. */
export function placementOf(
  of: NewKind,
  { file }: Pick<NewName, "file">,
  out: string = usualParent(of),
): Placement {
  if (of === "experiment") {
    const names = [".ts", "_test.ts"];
    return {
      parent: out,
      entries: names.map((name) => `${file}${name}`),
      files: names.map((name) => ({ template: `example_name${name}`, path: `${file}${name}` })),
    };
  }
  const names = ["example_name.ts", "example_name_test.ts", "README.md", "experiment.ts"];
  return {
    parent: out,
    entries: [file],
    files: names.map((template) => ({
      template,
      path: join(file, template.replace("example_name", file)),
    })),
  };
}

/** The paths of what `new` wrote, from the words that it was given. */
export function newPaths(of: NewKind, word: string, out?: string): string[] {
  const { parent, entries } = placementOf(of, { file: word.replaceAll("-", "_") }, out);
  return entries.map((entry) => join(parent, entry));
}
