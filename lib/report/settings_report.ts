/**
 * What a comparison rests on: the options of its arms, its runs and how to make it again.
 *
 * @module
 */
import { leaves } from "../experiment/json_path.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Comparison } from "../metrics/comparison.ts";
import type { Block } from "./document.ts";
import { nothing } from "./figures.ts";

/**
 * Every option by dotted path, as `--set` takes it; a part itself is what kind it is.
 *
 * @example
 * ```ts
 * import { flatSettings } from "exitlab/lib/report/settings_report.ts";
 * import assert from "node:assert/strict";
 *
 * const settings = {
 *   curriculum: { kind: "fixed-depth", options: { depth: 4 } },
 *   operators: [{ kind: "diverge", options: { probability: 0.2 } }],
 * };
 * assert.deepEqual([...flatSettings(settings)], [
 *   ["curriculum", "fixed-depth"],
 *   ["curriculum.depth", 4],
 *   ["operators", "diverge"],
 *   ["operators.diverge.probability", 0.2],
 * ]);
 * ```
 */
export function flatSettings(settings: JsonObject): Map<string, Json> {
  return new Map(
    Object.entries(settings).flatMap(([name, value]): [string, Json][] => {
      if (isJsonArray(value)) {
        const parts = value.filter(isJsonObject);
        const kinds = parts.map(({ kind }) => String(kind)).join(", ");
        return [
          [name, kinds === "" ? "none" : kinds],
          ...parts.flatMap((part) => options(part, `${name}.${String(part.kind)}.`)),
        ];
      }
      if (!isJsonObject(value)) return [[name, value]];
      return value.kind === undefined
        ? leaves(value, `${name}.`)
        : [[name, value.kind], ...options(value, `${name}.`)];
    }),
  );
}

function options({ kind: _kind, options: chosen, ...others }: JsonObject, prefix: string): [string, Json][] {
  const all = isJsonObject(chosen) ? { ...others, ...chosen } : others;
  return Object.keys(all).length === 0 ? [] : leaves(all, prefix);
}

/** The options in which the arms differ, those that they share, the runs, and the command. */
export function settingsReport({ arms }: Comparison, command: string): Block[] {
  const settings = arms.map((arm) => flatSettings(arm.settings));
  const paths = [...new Set(settings.flatMap((each) => [...each.keys()]))];
  const rows = paths.map((path) => ({ path, values: settings.map((each) => show(each.get(path))) }));
  const differing = rows.filter(({ values }) => new Set(values).size > 1);
  const shared = rows.filter(({ values }) => new Set(values).size === 1);
  const runs = arms.flatMap(({ label, runs }) => runs.map((run) => ({ label, ...run })));
  const plans = [...new Set(runs.map(({ planHash }) => planHash))];
  return [
    { kind: "heading", text: "Settings" },
    {
      kind: "paragraph",
      text: differing.length === 0 ? "The arms do not differ." : "In which the arms differ:",
    },
    ...differing.length === 0 ? [] : [
      {
        kind: "table",
        rows: [
          ["option", ...arms.map(({ label }) => label)],
          ...differing.map(({ path, values }) => [path, ...values]),
        ],
      } as const,
    ],
    { kind: "paragraph", text: "Which all arms share:" },
    {
      kind: "code",
      language: "text",
      text: shared.map(({ path, values }) => `${path} = ${values[0] ?? ""}`).join("\n"),
    },
    { kind: "heading", text: "How it was made" },
    { kind: "code", language: "sh", text: command },
    {
      kind: "list",
      items: [
        ...plans.map((plan) => `Plan ${plan}`),
        `exitlab ${[...new Set(runs.map(({ exitlabVersion }) => exitlabVersion))].join(", ")}`,
        `Engine: ${[...new Set(runs.map(({ engine }) => engine))].join("; ")}`,
      ],
    },
    {
      kind: "table",
      rows: [
        ["run", "arm", "seed", "iteration", "job"],
        ...runs.map(({ run, label, seed, iteration, jobHash }) => [
          run,
          label,
          String(seed),
          String(iteration),
          jobHash.slice(0, 12),
        ]),
      ],
    },
  ];
}

function show(value: Json | undefined): string {
  if (value === undefined) return nothing;
  return typeof value === "string" ? value : JSON.stringify(value);
}
