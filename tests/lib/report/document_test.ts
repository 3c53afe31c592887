import assert from "node:assert/strict";
import { type Block, toMarkdown, toText } from "../../../lib/report/document.ts";

const long = "a sentence of words that goes on and on, with k = 0 … 16, ± 0.01 and Δ16, ".repeat(6).trim();

const blocks: readonly Block[] = [
  { kind: "picture", title: "curves <of> arms", path: "exit math.svg" },
  { kind: "heading", text: "Differences at k = 16" },
  { kind: "paragraph", text: long },
  { kind: "list", items: ["one", long, "exit_k0_b10 < grpo*2 and `a*b`"] },
  { kind: "table", rows: [["arm", "k = 0", "Δ16"], ["exit|x", "0.5 ± 0.1", "–"], ["a", "<b>", "*c*"]] },
  { kind: "code", language: "sh", text: "deno task compare 'a b'" },
];

Deno.test("toMarkdown() writes what deno fmt leaves as it is", async () => {
  const file = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(file, toMarkdown("All <of> it", blocks));
    const { code, stderr } = await new Deno.Command("deno", {
      args: ["fmt", "--check", "--no-config", "--line-width", "110", file],
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("toMarkdown() keeps text from becoming marks, and cells from becoming columns", () => {
  const page = toMarkdown("T", blocks);
  assert.match(page, /^!\[curves \\<of\\> arms\]\(exit%20math\.svg\)$/m);
  assert.match(page, /^\| exit\\\|x \| 0\.5 ± 0\.1 \| {5}– \|$/m);
  assert.match(page, /exit_k0_b10 \\< grpo\\\*2 and `a\*b`/);
  assert.ok(
    page.split("\n").filter((line) => !line.startsWith("|")).every((line) => [...line].length <= 110),
  );
  assert.ok(page.endsWith("```\n"));
});

Deno.test("toText() writes the same for a terminal, without pictures and marks", () => {
  const text = toText(blocks);
  assert.match(text, /^Differences at k = 16\n\na sentence of words/);
  assert.match(text, /^exit\|x +0\.5 ± 0\.1 +–$/m);
  assert.match(text, /\n {2}\S/);
  assert.ok(!text.includes("svg") && !text.includes("\\"));
  assert.equal(toText([]), "");
});
