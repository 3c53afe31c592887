import { join } from "node:path";
import { shellWord } from "../shell_word.ts";
import type { NewKind, NewName } from "./names.ts";
import { type Placement, usualParent } from "./placement.ts";

/** The templates are working plugins of this name, which the tests of exitlab check and run. */
const example: NewName = { kind: "example-name", file: "example_name", identifier: "exampleName" };

/** The text of each file of something new, by its path below the placement's parent. */
export async function fillTemplate(
  of: NewKind,
  name: NewName,
  { parent, files }: Placement,
): Promise<ReadonlyMap<string, string>> {
  const place = shellWord(join(parent, name.file));
  const filled = new Map<string, string>();
  for (const { template, path } of files) {
    const text = await Deno.readTextFile(new URL(`./templates/${of}/${template}`, import.meta.url));
    filled.set(
      path,
      text
        // Commands name the files from where tasks run.
        .replaceAll(`${usualParent(of)}/${example.file}`, () => place)
        .replaceAll(example.file, name.file)
        .replaceAll(example.kind, name.kind)
        .replaceAll(example.identifier, name.identifier),
    );
  }
  return filled;
}
