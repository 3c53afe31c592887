import { textTable } from "./text_table.ts";

/** A part of a report, to be read in a terminal or as Markdown. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** The first row is the head. */
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  /** Markdown that somebody wrote; taken as it is. */
  | { readonly kind: "markdown"; readonly text: string }
  /** A picture in a file beside the document; a terminal leaves it out. */
  | { readonly kind: "picture"; readonly title: string; readonly path: string };

/** The widest line of running text. */
const lineWidth = 110;

/**
 * Blocks as text for a terminal.
 *
 * @example
 * ```ts
 * import { toText } from "exitlab/lib/report/document.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(toText([{ kind: "heading", text: "Arms" }, { kind: "list", items: ["grpo"] }]), "Arms\n\n- grpo");
 * ```
 */
export function toText(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case "heading":
        return [block.text];
      case "paragraph":
        return [wrap(block.text, "")];
      case "list":
        return [block.items.map((item) => `- ${wrap(item, "  ")}`).join("\n")];
      case "table":
        return [textTable(block.rows)];
      case "code":
      case "markdown":
        return [block.text];
      case "picture":
        return [];
    }
  }).join("\n\n");
}

/**
 * Blocks as Markdown under a title, formatted as `deno fmt` would.
 *
 * @example
 * ```ts
 * import { toMarkdown } from "exitlab/lib/report/document.ts";
 * import assert from "node:assert/strict";
 *
 * const rows = [["arm", "k = 0"], ["grpo", "0.5"]];
 * assert.equal(
 *   toMarkdown("Arms", [{ kind: "table", rows }]),
 *   "# Arms\n\n| arm  | k = 0 |\n| ---- | ----: |\n| grpo |   0.5 |\n",
 * );
 * ```
 */
export function toMarkdown(title: string, blocks: readonly Block[]): string {
  const parts = blocks.map((block) => {
    switch (block.kind) {
      case "heading":
        return `## ${escape(block.text)}`;
      case "paragraph":
        return wrap(escape(block.text), "");
      case "list":
        return block.items.map((item) => `- ${wrap(escape(item), "  ")}`).join("\n");
      case "table":
        return markdownTable(block.rows);
      case "code":
        return `\`\`\`${block.language}\n${block.text}\n\`\`\``;
      case "markdown":
        return block.text.trim();
      case "picture":
        return `![${escape(block.title)}](${encodeURI(block.path)})`;
    }
  });
  return [`# ${escape(title)}`, ...parts, ""].join("\n\n").replace(/\n+$/, "\n");
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => escape(cell).replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => [...row[column] ?? ""].length))
  );
  const line = (row: readonly string[]): string =>
    `| ${
      widths.map((width, column) => {
        const space = " ".repeat(Math.max(0, width - [...row[column] ?? ""].length));
        return column === 0 ? `${row[column] ?? ""}${space}` : `${space}${row[column] ?? ""}`;
      }).join(" | ")
    } |`;
  const rule = widths.map((width, column) => column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  const [head = [], ...body] = cells;
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/** Text whose stars, angle brackets and the like Markdown would take for marks; code between backticks stays. */
function escape(text: string): string {
  return text.split(/(`[^`]*`)/).map((part, at) => at % 2 === 1 ? part : part.replaceAll(/[*<>]/g, "\\$&"))
    .join("");
}

/** Running text broken at spaces; lines after the first are indented. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && [...line].length + 1 + [...word].length > lineWidth - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}
