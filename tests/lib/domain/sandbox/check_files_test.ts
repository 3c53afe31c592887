import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { checkFiles, checkFolder } from "../../../../lib/domain/sandbox/check_files.ts";

/** Calls something with a new folder. */
async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkFiles() accepts letters, digits, hyphens and underscores", () => {
  checkFiles({ train: "", "test-2_b": "" });
  checkFiles({});
});

Deno.test("checkFiles() refuses every name that could lead elsewhere", () => {
  for (const name of ["", "..", "a/b", "/a", "a.csv", "a\0", "a\n", "a b", "x".repeat(65), "ä"]) {
    assert.throws(
      () => checkFiles({ [name]: "" }),
      { name: "UserError", message: /files of the sandbox/ },
      name,
    );
  }
});

Deno.test("checkFiles() accepts no name with a dot, a slash or a control character", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom(".", "/", "\0", "\n", "\\"),
      fc.string(),
      (before, bad, after) => {
        assert.throws(() => checkFiles({ [before + bad + after]: "" }), { name: "UserError" });
      },
    ),
  );
});

Deno.test("checkFolder() accepts folders in a folder", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "a/b"), { recursive: true });
    await Deno.writeTextFile(join(folder, "a/b/c.csv"), "x");
    checkFolder(folder, "input");
  }));

Deno.test("checkFolder() refuses links, at the top and within", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "a/b"), { recursive: true });
    await Deno.symlink("/etc", join(folder, "a/b/link"));
    for (const path of [folder, join(folder, "a/b/link")]) {
      assert.throws(() => checkFolder(path, "kit"), {
        name: "UserError",
        message: /no links.*a\/b\/link.*kit of/,
      });
    }
  }));

Deno.test("checkFolder() refuses what is no folder, no absolute path, or could be read as two options", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    for (
      const path of [
        "relative",
        "/a,/b",
        "/a\n/b",
        `${folder}/..`,
        join(folder, "none"),
        join(folder, "file"),
      ]
    ) {
      assert.throws(
        () => checkFolder(path, "input"),
        { name: "UserError", message: /input of the sandbox/ },
        path,
      );
    }
  }));
