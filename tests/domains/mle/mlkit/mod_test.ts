import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("mlkit imports nothing outside its own folder, and asks for nothing of the system", async () => {
  const folder = new URL(".", import.meta.resolve("mlkit"));
  for await (const { name } of Deno.readDir(fileURLToPath(folder))) {
    assert.match(name, /^[a-z_]+\.ts$/);
    const text = await Deno.readTextFile(new URL(name, folder));
    const code = text.replaceAll(/^ *(?:\/\*\*.*\*\/|\/\*\*|\*.*)$/gm, "");
    const specifiers = [...code.matchAll(/^(?:import|export|\}) .*?from "(.*)";$/gm)].map(([, specifier]) =>
      specifier
    );
    // the programs in the prompt import the kit
    const outside = specifiers.filter((specifier) => !specifier?.startsWith("./") && specifier !== "mlkit");
    assert.deepEqual(outside, [], name);
    assert.doesNotMatch(code, /\bDeno\b|\bimport\(|\bfetch\(|Math\.random|Date\b/, name);
  }
});
