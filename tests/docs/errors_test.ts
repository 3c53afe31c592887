import assert from "node:assert/strict";

/** The sources in which messages are. */
async function sources(): Promise<{ readonly path: string; readonly text: string }[]> {
  const found: { path: string; text: string }[] = [];
  const open = ["lib", "domains", "runners"];
  for (const folder of open) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) open.push(path);
      else if (name.endsWith(".ts")) found.push({ path, text: joined(await Deno.readTextFile(path)) });
    }
  }
  return found;
}

/** Source in which a text of several literals is one, and what is put into it an ellipsis. */
function joined(source: string): string {
  return source.replaceAll(/["'`]\s*\+\s*["'`]/g, "").replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, "…");
}

/** The fixed parts of a sentence; parts of a letter or two say nothing. */
function parts(sentence: string): string[] {
  return sentence.split("…").map((part) => part.replaceAll(/^[\s"(),;:]+|[\s"(),;:]+$/g, "")).filter((part) =>
    part.length > 2
  );
}

Deno.test("every sentence of docs/errors.md is in the source", async () => {
  const page = await Deno.readTextFile("docs/errors.md");
  const sentences = Array.from(page.matchAll(/^\| `([^`]+)` +\|/gm), ([, sentence = ""]) => sentence);
  const files = await sources();
  const missing = sentences.filter((sentence) => {
    // In this order, and near to each other.
    const wanted = new RegExp(parts(sentence).map((part) => RegExp.escape(part)).join("[\\s\\S]{0,240}?"));
    return !files.some(({ text }) => wanted.test(text));
  });
  assert.deepEqual(missing, []);
  for (const sentence of sentences) assert(parts(sentence).join("").length >= 10, sentence);
  assert(sentences.length >= 50, `only ${sentences.length} sentences were found`);
});

Deno.test("the parts of a sentence that are looked for are most of it", () => {
  assert.deepEqual(parts('Unknown setting "…" in … (…)'), ["Unknown setting"]);
  assert.deepEqual(parts("Run … was begun and not finished; …"), ["Run", "was begun and not finished"]);
  assert.equal(
    joined('throw new UserError(`Run ${id({ a: 1 })} was ` +\n  "begun");'),
    'throw new UserError(`Run … was begun");',
  );
});
