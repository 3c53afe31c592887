import { join } from "node:path";

/** How much of a folder is shown. */
const most = { entries: 12, lines: 3, characters: 300, json: 800 } as const;

/** What of a file is read for its beginning. */
const headBytes = 4096;

/**
 * What is in a competition's public folder, for a prompt: the names, and how the tables begin. The description, which a
 * prompt has anyway, is left out.
 *
 * @param folder Its path.
 */
export function publicFiles(folder: string): string {
  const entries = [...Deno.readDirSync(folder)]
    .filter(({ name }) => name !== "description.md")
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
  const shown = entries.slice(0, most.entries).map(({ name, isDirectory, isFile }) => {
    if (isDirectory) return `input/${name}, a folder`;
    const path = join(folder, name);
    if (isFile && name.endsWith(".csv")) {
      return `input/${name}, which begins with:\n${firstLines(headOf(path))}`;
    }
    if (isFile && name.endsWith(".json")) {
      return `input/${name}, which begins with:\n${headOf(path).slice(0, most.json)}`;
    }
    return `input/${name}`;
  });
  const rest = entries.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n\n");
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, most.lines)
    .map((line) => line.length > most.characters ? `${line.slice(0, most.characters)} …` : line).join("\n")
    .trimEnd();
}

/** The first characters; the last may be cut within, and is then replaced. */
function headOf(path: string): string {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(headBytes);
  const count = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count));
}
