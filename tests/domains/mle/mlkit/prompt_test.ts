import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as mlkit from "mlkit";
import {
  auc,
  type BoostingOptions,
  mlkitPrompt,
  type MlpOptions,
  type NearestOptions,
  rmse,
  SeededRandom,
  tableOf,
  writeCsv,
} from "mlkit";

const blocks = [...mlkitPrompt.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
const [signatures = "", classification = "", regression = ""] = blocks;

async function inTemporaryFiles<T>(codes: string[], use: (paths: string[]) => T | Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const kit = JSON.stringify(import.meta.resolve("mlkit"));
    const paths = codes.map((code, at) => {
      const path = `${folder}/program_${at}.ts`;
      Deno.writeTextFileSync(path, code.replaceAll('"mlkit"', kit));
      return path;
    });
    return await use(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function predictions(program: string, files: { train: string; test: string }): Promise<number[]> {
  return inTemporaryFiles([program], async ([path]) => (await import(`file://${path}`)).default(files));
}

Deno.test("mlkitPrompt has fewer than 150 lines, none of them long, and three blocks of code", () => {
  const lines = mlkitPrompt.split("\n");
  assert.ok(lines.length < 150, `${lines.length} lines`);
  assert.deepEqual(lines.filter((line) => line.length > 150), []);
  assert.equal(blocks.length, 3);
});

Deno.test("mlkitPrompt names only functions that mlkit exports", () => {
  const declared = [...signatures.matchAll(/^function (\w+)/gm)].map(([, name]) => name);
  const likewise = [...signatures.matchAll(/\/\/ so (?:is|are) (.*)$/gm)].flatMap(([, names]) =>
    names?.split(", ")
  );
  const imported = [classification, regression].flatMap((program) =>
    /import \{ (.*) \} from "mlkit"/.exec(program)?.[1]?.split(", ")
  );
  const exported = new Map(Object.entries<unknown>(mlkit));
  for (const name of [...declared, ...likewise, ...imported]) {
    assert.equal(typeof exported.get(name ?? ""), "function", `${name} is not exported`);
  }
  assert.ok(declared.length > 25);
});

Deno.test("mlkitPrompt gives the types that mlkit has, and its programs pass the type checker", async () => {
  // A class with private fields is only itself, so the table is compared on its own.
  const other = signatures.replace("interface Table {", "type Table = kit.Table;\ninterface ToldTable {");
  const names = [...signatures.matchAll(/^function (\w+)/gm)].map(([, name]) => name);
  const code = [
    'import * as kit from "mlkit";',
    `declare namespace told {\n${other}\n}`,
    "export const table = (given: kit.Table): told.ToldTable => given;",
    "export const keys = (name: keyof kit.Table): keyof told.ToldTable => name;",
    ...names.map((name) => `export const ${name}: typeof told.${name} = kit.${name};`),
  ].join("\n");
  await inTemporaryFiles([code, classification, regression], typeCheck);
});

function typeCheck(paths: string[]): void {
  const config = new URL(import.meta.resolve("exitlab/deno.json")).pathname;
  const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
  execFileSync(Deno.execPath(), ["check", "--quiet", "--config", config, ...paths], { env, stdio: "pipe" });
}

Deno.test("mlkitPrompt tells the defaults that mlkit has", () => {
  const boosting = stated<Partial<BoostingOptions>>("interface Boosting");
  const nearest = stated<Partial<NearestOptions>>("interface Nearest");
  const mlp = { ...stated<Partial<MlpOptions>>("interface Mlp"), epochs: 2 };
  const random = new SeededRandom(7);
  const X = mlkit.fromColumns([1, 2, 3].map(() => Array.from({ length: 90 }, () => random.normal())));
  const y = Array.from({ length: 90 }, (_, at) => (X.values[at * 3] ?? 0) + random.normal());
  const pairs = [
    [mlkit.boostingRegressor(), mlkit.boostingRegressor(boosting)],
    [mlkit.knnRegressor(), mlkit.knnRegressor(nearest)],
    [mlkit.mlpRegressor({ epochs: 2 }), mlkit.mlpRegressor(mlp)],
    [mlkit.ridge(), mlkit.ridge(stated("function ridge"))],
  ] as const;
  for (const [usual, told] of pairs) assert.deepEqual(told.fit(X, y).predict(X), usual.fit(X, y).predict(X));
  const labels = y.map((value) => value > 0 ? 1 : 0);
  const told = mlkit.logistic(stated("function logistic")).fit(X, labels);
  assert.deepEqual(told.predict(X), mlkit.logistic().fit(X, labels).predict(X));
  assert.deepEqual(mlkit.splitRows(50, stated("function splitRows")), mlkit.splitRows(50));
  assert.deepEqual(mlkit.kFold(50, stated("function kFold")), mlkit.kFold(50));
  assert.deepEqual(statedByLine("tfidf"), {
    ngrams: [1, 1],
    analyzer: "word",
    minCount: 1,
    maxShare: 1,
    maxFeatures: 1000,
    sublinear: false,
    lowercase: true,
  });
  assert.deepEqual(statedByLine("features"), {
    impute: "median",
    scale: "standard",
    minCount: 2,
    maxCategories: 30,
  });
  const texts = Array.from({ length: 60 }, (_, at) => `aa bb${at} AA cc${at} ${"dd ".repeat(at % 4)}`);
  const weights = (options?: Partial<mlkit.TfidfOptions>) => mlkit.tfidf(options).fit(texts).transform(texts);
  assert.deepEqual(weights(statedByLine("tfidf")), weights());
  const table = tableOf({ a: [1, NaN, 7, 8], b: ["x", "y", "y", "z"] });
  assert.deepEqual(mlkit.features(table, table, statedByLine("features")), mlkit.features(table, table));
});

/** The options of one line with the defaults that its comment lists, but for infinite ones. */
function stated<Options>(start: string): Options {
  const line = signatures.split("\n").find((line) => line.startsWith(start)) ?? "";
  const names = [...line.matchAll(/(\w+)\?:/g)].map(([, name]) => name).filter((name) => name !== "options");
  const values = (/\/\/ ([^=]*?)(?: =.*)?$/.exec(line)?.[1] ?? "").split(", ");
  const fields = values.map((value, at) => `"${names[at]}": ${value}`).filter((field) =>
    !field.endsWith("Infinity")
  );
  return JSON.parse(`{${fields}}`);
}

/** The options of a function that has a line for each, with the defaults that its comment starts with. */
function statedByLine<Options>(name: string): Options {
  const lines = signatures.split(`function ${name}(`).at(-1)?.split("\n}")[0]?.split("\n") ?? [];
  const fields = lines.flatMap((line) => {
    const [, option, value] = /^ +(\w+)\?: .*\/\/ ("[a-z-]+"|\[.*?\]|[\d.]+|true|false)/.exec(line) ?? [];
    return option === undefined ? [] : [`"${option}": ${value}`];
  });
  return JSON.parse(`{${fields}}`);
}

Deno.test("mlkitPrompt's first program predicts a class of a table", async () => {
  const random = new SeededRandom(5);
  const rows = Array.from({ length: 400 }, (_, id) => {
    const age = 20 + random.int(50);
    const town = ["Bern", "Oslo", "Rome"][random.int(3)] ?? "";
    const likes = age > 45 === (town === "Bern");
    return { id, age: random.int(10) === 0 ? NaN : age, town, bought: likes ? "yes" : "no" };
  });
  const table = (some: typeof rows) =>
    tableOf({
      id: some.map(({ id }) => id),
      age: some.map(({ age }) => age),
      town: some.map(({ town }) => town),
    });
  const known = rows.slice(0, 300);
  const hidden = rows.slice(300);
  const train = writeCsv(table(known).with("bought", known.map(({ bought }) => bought)));
  const found = await predictions(classification, { train, test: writeCsv(table(hidden)) });
  assert.ok(auc(hidden.map(({ bought }) => bought === "yes" ? 1 : 0), found) > 0.9);
});

Deno.test("mlkitPrompt's second program predicts a number from a text", async () => {
  const random = new SeededRandom(6);
  const values = new Map([["good", 1], ["fine", 0.5], ["bad", -1], ["dull", -0.5], ["film", 0], ["with", 0], [
    "plot",
    0,
  ]]);
  const words = [...values.keys()];
  const rows = Array.from({ length: 240 }, () => {
    const chosen = Array.from({ length: 6 }, () => words[random.int(words.length)] ?? "");
    return {
      review: chosen.join(" "),
      stars: 3 + chosen.reduce((sum, word) => sum + (values.get(word) ?? 0), 0),
    };
  });
  const known = rows.slice(0, 180);
  const hidden = rows.slice(180);
  const train = writeCsv({
    review: known.map(({ review }) => review),
    stars: known.map(({ stars }) => stars),
  });
  const found = await predictions(regression, {
    train,
    test: writeCsv({ review: hidden.map(({ review }) => review) }),
  });
  const stars = hidden.map(({ stars }) => stars);
  assert.ok(rmse(stars, found) < rmse(stars, stars.map(() => 3)) / 2);
});
