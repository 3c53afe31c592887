import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allCalls,
  applyCall,
  type Call,
  parseCall,
  writeCall,
} from "exitlab/domains/tool_use/tiny_files/calls.ts";
import { distance, usefulCalls } from "exitlab/domains/tool_use/tiny_files/distance.ts";
import {
  absent,
  difference,
  hasFolder,
  missing,
  overlap,
  present,
  type Shape,
} from "exitlab/domains/tool_use/tiny_files/tree.ts";

const shapes: fc.Arbitrary<Shape> = fc.record({
  folders: fc.integer({ min: 2, max: 4 }),
  files: fc.integer({ min: 1, max: 4 }),
});

/** A shape with a tree in it, whose last folder may be missing. */
const worlds = shapes.chain((shape) =>
  fc.tuple(
    fc.array(fc.boolean(), {
      minLength: shape.folders * shape.files,
      maxLength: shape.folders * shape.files,
    }),
    fc.boolean(),
  ).map(([cells, whole]) => ({
    shape,
    tree: cells.map((cell, at) =>
      !whole && at >= (shape.folders - 1) * shape.files ? missing : cell ? present : absent
    ).join(""),
  }))
);

const callIn = ({ shape }: { shape: Shape }): fc.Arbitrary<Call> => fc.constantFrom(...allCalls(shape));
const worldAndCall = worlds.chain((world) => fc.tuple(fc.constant(world), callIn(world)));

/** Whether each folder is missing as a whole or not at all. */
function isTree(shape: Shape, tree: string): boolean {
  if (tree.length !== shape.folders * shape.files || !/^[x._]*$/.test(tree)) return false;
  return Array.from(
    { length: shape.folders },
    (_, folder) => tree.slice(folder * shape.files, (folder + 1) * shape.files),
  ).every((cells) => /^(_+|[x.]+)$/.test(cells));
}

Deno.test("a call gives a tree; one that fails leaves the tree as it was", () => {
  fc.assert(
    fc.property(worldAndCall, ([{ shape, tree }, call]) => {
      const result = applyCall(shape, tree, call);
      assert(isTree(shape, result.tree));
      if (result.error !== null) assert.equal(result.tree, tree);
      else assert.notEqual(result.tree, tree);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("mv is cp, then rm", () => {
  fc.assert(
    fc.property(worldAndCall, ([{ shape, tree }, call]) => {
      if (call.name !== "mv") return;
      const moved = applyCall(shape, tree, call);
      const copied = applyCall(shape, tree, { ...call, name: "cp" });
      assert.equal(moved.error, copied.error);
      if (copied.error !== null) return;
      const removed = applyCall(shape, copied.tree, { name: "rm", file: call.file, from: call.from });
      assert.equal(removed.tree, moved.tree);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("calls are written and read; other text is none", () => {
  fc.assert(fc.property(worldAndCall, ([{ shape }, call]) => {
    assert.deepEqual(parseCall(shape, writeCall(call)), call);
  }));
  const shape = { folders: 3, files: 4 };
  const written = new Set(allCalls(shape).map(writeCall));
  assert.equal(written.size, allCalls(shape).length);
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 6 }), (text) => {
    const call = parseCall(shape, text);
    // Moving a file to where it is can be written, and fails.
    assert(call === undefined || written.has(text) || /^[mc]\d(\w)\1$/.test(text));
  }));
  for (
    const text of [
      "",
      "m1a",
      "m1abx",
      "m5ab",
      "m0ab",
      "m1ad",
      "r1ab",
      "r1a",
      "k1.c",
      "kk",
      "__proto__",
      "M1AB",
    ]
  ) {
    assert.equal(parseCall(shape, text), undefined, text);
  }
});

/** The distance by search. */
function searched(shape: Shape, tree: string, goal: string): number {
  let reached = new Set([tree]);
  let border = [tree];
  for (let calls = 0; border.length > 0; calls++) {
    if (reached.has(goal)) return calls;
    const next = new Set(
      border.flatMap((at) => allCalls(shape).map((call) => applyCall(shape, at, call).tree)),
    ).difference(reached);
    reached = reached.union(next);
    border = [...next];
  }
  return Infinity;
}

Deno.test("distance() is what a search through all trees finds", () => {
  const small = fc.record({ folders: fc.constant(3), files: fc.integer({ min: 1, max: 2 }) });
  const pair = small.chain((shape) => {
    const cells = fc.array(fc.constantFrom(present, absent), {
      minLength: shape.folders * shape.files,
      maxLength: shape.folders * shape.files,
    });
    const tree = fc.tuple(cells, fc.boolean()).map(([all, whole]) =>
      all.map((cell, at) => !whole && at >= 2 * shape.files ? missing : cell).join("")
    );
    return fc.tuple(fc.constant(shape), tree, tree);
  });
  fc.assert(
    fc.property(pair, ([shape, tree, goal]) => {
      assert.equal(distance(shape, tree, goal), searched(shape, tree, goal));
    }),
    { numRuns: 60 },
  );
});

Deno.test("useful calls lead one nearer, and there is one wherever there is a way", () => {
  fc.assert(
    fc.property(worlds, fc.infiniteStream(fc.nat()), ({ shape, tree }, picks) => {
      // A goal that can be reached: some calls from here.
      let goal = tree;
      for (let calls = 0; calls < 5; calls++) {
        const all = allCalls(shape);
        goal =
          applyCall(shape, goal, all[(picks.next().value ?? 0) % all.length] ?? all[0] ?? assert.fail()).tree;
      }
      const far = distance(shape, tree, goal);
      assert(far <= 5);
      const useful = usefulCalls(shape, tree, goal);
      assert.equal(useful.length > 0, far > 0);
      for (const call of useful) {
        assert.equal(distance(shape, applyCall(shape, tree, call).tree, goal), far - 1);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("overlap() is 1 for equal trees alone, symmetric, and counts folders and files", () => {
  fc.assert(fc.property(worldAndCall, ([{ shape, tree }, call]) => {
    const other = applyCall(shape, tree, call).tree;
    const share = overlap(shape, tree, other);
    assert.equal(share === 1, tree === other);
    assert(share >= 0 && share <= 1);
    assert.equal(share, overlap(shape, other, tree));
    assert.equal(overlap(shape, tree, tree), 1);
  }));
  // Two folders and one file of two: both folders are in both.
  assert.equal(overlap({ folders: 2, files: 1 }, "x.", ".x"), 2 / 4);
});

Deno.test("difference() shows both trees: they can be told from it", () => {
  fc.assert(fc.property(worldAndCall, ([{ shape, tree }, call]) => {
    const goal = applyCall(shape, tree, call).tree;
    const shown = difference(tree, goal);
    assert.match(shown, /^[.=+\-_:*]+$/);
    const now: { readonly [mark: string]: string } = {
      ".": ".",
      "=": "x",
      "+": ".",
      "-": "x",
      _: "_",
      ":": "_",
      "*": "_",
    };
    const then: { readonly [mark: string]: string } = {
      ".": ".",
      "=": "x",
      "+": "x",
      "-": ".",
      _: "_",
      ":": ".",
      "*": "x",
    };
    assert.equal([...shown].map((mark) => now[mark]).join(""), tree);
    assert.equal([...shown].map((mark) => then[mark]).join(""), goal);
    assert.equal(hasFolder(shape, tree, 0), tree[0] !== missing);
  }));
});
