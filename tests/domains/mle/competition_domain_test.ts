import assert from "node:assert/strict";
import { join } from "node:path";
import { builtInCompetitions } from "../../../domains/mle/competition/built_in.ts";
import { competitions } from "../../../domains/mle/competition_domain.ts";
import { checkDomain, SandboxPool } from "../../../lib/domain/mod.ts";

const folder = Deno.makeTempDirSync();
Deno.test.afterAll(() => Deno.removeSync(folder, { recursive: true }));

/** A competition of a user's own: how tall a plant is by its light and soil. */
function plants(name: string, seed = 1): string {
  const path = join(folder, name);
  Deno.mkdirSync(path);
  const rows = Array.from({ length: 120 }, (_, row) => {
    const light = (row * 37 + seed) % 24;
    const soil = row % 3 === 0 ? "sand" : "loam";
    return `${light},${soil},${(2 * light + (soil === "loam" ? 10 : 0) + (row % 5) / 10).toFixed(1)}`;
  });
  Deno.writeTextFileSync(join(path, "table.csv"), `light,soil,height\n${rows.join("\n")}\n`);
  Deno.writeTextFileSync(
    join(path, "description.md"),
    "Plants, by the hours of light and the soil they had.\n",
  );
  Deno.writeTextFileSync(
    join(path, "competition.json"),
    JSON.stringify({ title: "Heights of plants", metric: "rmse", target: "height", best: 0.2 }),
  );
  return path;
}

const solution = `
Ridge on both columns:

\`\`\`ts
import { features, readCsv, ridge } from "mlkit";
export default ({ train, test }: { train: string; test: string }) => {
  const [known, hidden] = [readCsv(train), readCsv(test)];
  const X = features(known, hidden, { drop: ["height"] });
  return Array.from(ridge({ alpha: 0.001 }).fit(X.train, known.numbers("height")).predict(X.test));
};
\`\`\`
`;

Deno.test("competitions() holds to the contract of domains", async () => {
  assert.deepEqual(await checkDomain(competitions({ test: ["penguin-sex"], seconds: 10 }), { tasks: 1 }), []);
});

Deno.test("competitions() trains on drawn tables without end and holds out the built-in ones", () => {
  const domain = competitions();
  assert.equal(domain.tasks("train").size, null);
  assert.equal(domain.tasks("train").at(12).id, "drawn-0-12");
  assert.deepEqual(
    Array.from({ length: domain.tasks("test").size ?? 0 }, (_, index) => domain.tasks("test").at(index).id),
    builtInCompetitions,
  );
  assert.equal(competitions({ trainingTasks: 3 }).tasks("train").size, 3);
  assert.throws(() => competitions({ trainingTasks: 3 }).tasks("train").at(3), RangeError);
});

Deno.test("competitions() takes a folder of the user's own, and its id follows what is in it", async () => {
  const [one, other] = [plants("plants"), plants("plants-again", 2)];
  const domain = competitions({ train: [one], test: [other] });
  const [{ id, task }, held] = [domain.tasks("train").at(0), domain.tasks("test").at(0)];
  assert.match(id, /^plants-[0-9a-f]{8}$/);
  assert.notEqual(held.id.slice(-8), id.slice(-8));
  const [request] = domain.prompt(task, domain.begin(task));
  assert.match(request?.content ?? "", /# Heights of plants\nPlants, by the hours of light/);
  assert.match(request?.content ?? "", /Predict "height": for each row of the second table, a number\./);
  const { verdict, feedback } = await domain.step(task, null, solution);
  assert.ok(verdict.quality > 0.9, feedback);
});

Deno.test("competitions() asks for both languages in their own way", () => {
  const ask = (language: "typescript" | "python"): string => {
    const domain = competitions({ test: ["digits"], language });
    return domain.prompt(domain.tasks("test").at(0).task, null)[0]?.content ?? "";
  };
  assert.match(ask("typescript"), /export default function solve/);
  assert.match(ask("python"), /writes working\/submission\.csv: a CSV file with one column, "prediction"/);
  assert.equal(ask("python").includes("mlkit"), false);
  // 65 numbers a line are not shown in full four times over.
  assert.ok(ask("python").length < 4000);
});

Deno.test("competitions() runs a program once however often it comes", async () => {
  const domain = competitions({ test: ["wages"] });
  const { task } = domain.tasks("test").at(0);
  const draws =
    "export default ({ test }) => test.trim().split('\\n').slice(1).map(() => Math.random() * 0 + Date.now());";
  const [one, two] = [await domain.step(task, null, draws), await domain.step(task, null, draws)];
  assert.deepEqual(one, two);
});

Deno.test("competitions() says what holds its programs", async () => {
  const layers = await new SandboxPool().layers("typescript");
  assert.equal(await competitions().surroundings?.(), `Programs are held by: ${layers.join(", ")}`);
  assert.deepEqual(competitions().permissions?.run, ["/bin/sh"]);
});

for (
  const [mistake, options, sentence] of [
    [
      "a competition in both splits",
      { train: ["wages"] },
      /each competition once, in one split, but found "wages" twice/,
    ],
    ["an unknown id", { test: ["wage"] }, /Unknown competition "wage" \(Did you mean "wages"\?\)/],
    ["a folder that is not there", { test: ["./nowhere"] }, /nowhere/],
    ["no competition", { test: [] }, /at least one competition/],
    [
      "drawn tables beside named ones",
      { train: ["wages"], test: ["co2"], trainingTasks: 5 },
      /Expected no trainingTasks beside train, .* but found 5/,
    ],
    ["too little memory", { memory: 1 }, /memory/],
  ] as const
) {
  Deno.test(`competitions() refuses ${mistake} in a sentence`, () => {
    assert.throws(() => competitions(options), { name: "UserError", message: sentence });
  });
}
