/**
 * The card of a dataset repository of runs: a README for people, with a head for the Hub.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { scaffoldOf } from "../../lib/metrics/scaffold.ts";
import { tables } from "../../lib/metrics/schema.ts";
import { type Block, toMarkdown } from "../../lib/report/document.ts";
import { nothing, share } from "../../lib/report/figures.ts";
import { shortWords } from "../../lib/report/scaffold_words.ts";
import { parseYaml, toYaml } from "../../lib/yaml.ts";
import type { PushedSummary } from "./pushed_summary.ts";
import { settingTexts } from "./setting_texts.ts";

/** Our part of the page stands between these; whatever is around it is kept. */
const [begin, end] = ["<!-- exitlab: made from the runs -->", "<!-- exitlab: end -->"];

/** The most characters of a cell. */
const widest = 160;

/**
 * The card of a repository with these runs.
 *
 * @param id The repository, as `ORG/NAME`.
 * @param earlier The card that it has; what somebody wrote into it stays.
 * @param license As the Hub names it, such as `"cc-by-4.0"`; that of the earlier card if left out.
 * @throws {UserError} If the head of the earlier card cannot be read.
 */
export function datasetCard(
  id: string,
  summaries: readonly PushedSummary[],
  earlier: string | undefined,
  license?: string,
): string {
  const { head, body } = splitCard(earlier ?? "", `README.md of ${id}`);
  const part = `${begin}\n\n${toMarkdown(id, page(id, summaries)).trim()}\n\n${end}`;
  return `---\n${toYaml(newHead(head, summaries, license))}---\n\n${withPart(body, part).trim()}\n`;
}

function splitCard(text: string, where: string): { readonly head: JsonObject; readonly body: string } {
  const match = /^---\r?\n(.*?)\r?\n?---(?:\r?\n|$)/s.exec(text);
  if (match === null) return { head: {}, body: text };
  const [whole, yaml = ""] = match;
  // An empty line for the one above the head, so that messages count lines of the file.
  const head = parseYaml(`\n${yaml}`, where) ?? {};
  if (!isJsonObject(head)) {
    throw new UserError(`Expected the head of ${where} to be a mapping but found another form`);
  }
  return { head, body: text.slice(whole.length) };
}

function withPart(body: string, part: string): string {
  const from = body.indexOf(begin);
  const to = body.indexOf(end);
  if (from >= 0 && to > from) return `${body.slice(0, from)}${part}${body.slice(to + end.length)}`;
  return body.trim() === "" ? part : `${part}\n\n${body.trim()}`;
}

/** What the Hub reads: one configuration a table, so that its viewer shows each. */
function newHead(head: JsonObject, summaries: readonly PushedSummary[], license?: string): JsonObject {
  const has = new Set(summaries.flatMap(({ tables }) => tables));
  const ours: JsonObject[] = Object.values(tables).filter(({ name }) => has.has(name)).map(({ name }) => ({
    ...{ config_name: name, data_files: `runs/*/${name}.parquet` },
    ...name === "runs" ? { default: true } : {},
  }));
  const names = new Set<Json | undefined>(Object.keys(tables));
  const others = listOf(head.configs).filter((config) =>
    !isJsonObject(config) || !names.has(config.config_name)
  );
  return {
    ...head,
    ...license === undefined ? {} : { license },
    tags: [...new Set([...listOf(head.tags), "exitlab"])],
    configs: [...ours, ...others],
  };
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isJsonArray(value) ? value : [];
}

function page(id: string, summaries: readonly PushedSummary[]): Block[] {
  const versions = [...new Set(summaries.map(({ exitlabVersion }) => exitlabVersion))].toSorted();
  return [
    {
      kind: "paragraph",
      text: `${summaries.length === 1 ? "A run" : `${summaries.length} runs`} of exitlab ` +
        `(${
          versions.map(plain).join(", ")
        }): every metric of reinforcement learning with self-improvement, as Parquet ` +
        "tables. A folder under `runs/` is one run: one arm of an experiment with one seed.",
    },
    ...[...Map.groupBy(summaries, ({ experiment }) => experiment)].toSorted(([a], [b]) => compare(a, b))
      .flatMap(([experiment, runs]) => experimentBlocks(experiment, runs)),
    { kind: "heading", text: "How to query" },
    {
      kind: "paragraph",
      text: "Bring the runs beside your own, then compare them or ask them anything in SQL:",
    },
    {
      kind: "code",
      language: "sh",
      text: [
        `deno task pull ${id}`,
        "deno task compare",
        'deno task sql "from curves where step = 4"',
      ].join("\n"),
    },
    {
      kind: "paragraph",
      text:
        "Or without exitlab, in DuckDB (a private repository needs a secret of type `huggingface` first):",
    },
    {
      kind: "code",
      language: "sql",
      text: `select arm, seed, step, avg(solved::int) as solved\n` +
        `from 'hf://datasets/${id}/runs/*/evaluations.parquet' group by all order by all;`,
    },
    { kind: "heading", text: "Tables" },
    {
      kind: "list",
      items: Object.values(tables).filter(({ name }) => summaries.some((run) => run.tables.includes(name)))
        .map(({ name, summary }) => `\`${name}\`: ${summary}`),
    },
  ];
}

function experimentBlocks(experiment: string, runs: readonly PushedSummary[]): Block[] {
  const settings = new Map(runs.map(({ run, settings }) => [run, settingTexts(settings)]));
  const paths = [...new Set([...settings.values()].flatMap((each) => [...each.keys()]))].filter((path) =>
    new Set([...settings.values()].map((each) => each.get(path))).size > 1
  );
  const order = runs.toSorted((a, b) => compare(a.arm, b.arm) || a.seed - b.seed || compare(a.run, b.run));
  return [
    { kind: "heading", text: plain(experiment) },
    {
      kind: "paragraph",
      text:
        "Solved share of held-out tasks at the first attempt (k = 0) and after the last self-improvement step (k = K) " +
        `of the last evaluation (${shortWords[scaffoldOf(runs.map(({ settings }) => settings))]}); ` +
        "tokens are those generated in training.",
    },
    {
      kind: "table",
      rows: [
        ["run", "arm", "seed", "tokens", "k = 0", "k = K", "K", "tasks", "engine", "where the runs differ"],
        ...order.map((run) => [
          ...[
            `\`${run.run}\``,
            plain(run.arm),
            String(run.seed),
            run.tokens?.toLocaleString("en") ?? nothing,
          ],
          ...[share(run.first), share(run.last), String(run.steps ?? nothing), String(run.tasks)],
          plain(run.engine),
          plain(
            paths.map((path) => `${path} ${settings.get(run.run)?.get(path) ?? nothing}`).join("; ") ||
              nothing,
          ),
        ]),
      ],
    },
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text of a run that must make no link, picture or markup in the page. */
function plain(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").replaceAll(/[`\[\]!&\\]/g, " ")
    // A bare address becomes a link by itself.
    .replaceAll(/:\/\/|\bwww\.|@/gi, "$& ").trim();
  return [...line].length > widest ? `${[...line].slice(0, widest - 1).join("")}…` : line;
}
