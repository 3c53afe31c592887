/** A page of the documentation. */
export interface DocPage {
  /** Its path from the project's folder. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

/** The README and every page below `docs`. */
export async function docPages(): Promise<DocPage[]> {
  const paths = ["README.md"];
  const open = ["docs"];
  for (const folder of open) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) open.push(`${folder}/${name}`);
      else if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  return await Promise.all(paths.map(async (path) => ({ path, text: await Deno.readTextFile(path) })));
}
