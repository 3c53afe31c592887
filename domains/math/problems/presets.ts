/**
 * Well-known benchmarks of competition mathematics. Their texts are not exitlab's to ship: a preset knows the columns of
 * the files that go round and a data set of the Hugging Face Hub, and you bring the one or fetch the other.
 *
 * @module
 */
import { UserError } from "../../../lib/domain/mod.ts";
import { hubDataset } from "./hub_dataset.ts";
import type { ProblemSource } from "./problem.ts";
import type { ProblemColumns } from "./problem_columns.ts";
import { problemFile } from "./problem_file.ts";

/** Where a benchmark's problems are: in a file of yours, or on the Hub. */
export type PresetPlace =
  | {
    /** Its path, relative to the working directory. */
    readonly file: string;
    /** Columns that are named otherwise. */
    readonly columns?: Partial<ProblemColumns>;
  }
  | {
    /** Fetch it: once, with `--net datasets-server.huggingface.co`. */
    readonly hub: true;
    /** The address of another dataset viewer. */
    readonly server?: string;
  };

/** A benchmark by the columns of its usual file, and its place on the Hub. */
interface Preset {
  readonly name: string;
  readonly columns: ProblemColumns;
  readonly hub?: HubPlace;
}

interface HubPlace {
  readonly dataset: string;
  readonly config: string;
  readonly split: string;
  /** Where they differ from the file's. */
  readonly columns?: ProblemColumns;
}

async function read({ name, columns, hub }: Preset, place: PresetPlace): Promise<ProblemSource> {
  if ("file" in place) return await problemFile(place.file, { ...columns, ...place.columns }, { name });
  if (hub === undefined) {
    throw new UserError(`Cannot fetch ${name}: no data set of it is known; give { file }`);
  }
  const { dataset, config, split } = hub;
  const server = place.server === undefined ? {} : { server: place.server };
  return await hubDataset(dataset, hub.columns ?? columns, { name, config, split, ...server });
}

/**
 * MATH-500: 500 problems of the MATH test set. Columns `problem`, `solution` and `answer`, in the file of prm800k and on the
 * Hub (HuggingFaceH4/MATH-500).
 *
 * @throws {UserError} As `problemFile` and `hubDataset` do.
 *
 * @example
 * ```ts
 * import { math500 } from "exitlab/domains/math/problems/presets.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(math500({ file: "math500.jsonl" }), /Cannot find the table "math500.jsonl"/);
 * const elsewhere = { hub: true, server: "https://example.com" } as const;
 * await assert.rejects(math500(elsewhere), /"HuggingFaceH4\/MATH-500" is not in .*: add --net example.com once/);
 * ```
 */
export function math500(place: PresetPlace): Promise<ProblemSource> {
  return read({
    name: "math500",
    columns: { problem: "problem", answer: "answer", solution: "solution" },
    hub: { dataset: "HuggingFaceH4/MATH-500", config: "default", split: "test" },
  }, place);
}

/** A contest of a year. */
export type YearOf<Place> = Place & {
  /** The year of the contest; part of the benchmark's name. */
  readonly year: number;
};

/**
 * AIME of a year: 30 problems, whose answers are integers from 0 to 999. Columns `problem` and `answer`; on the Hub for
 * 2024 (HuggingFaceH4/aime_2024) and 2025 (MathArena/aime_2025).
 *
 * @throws {UserError} As `problemFile` and `hubDataset` do, and for a year that is not on the Hub.
 */
export function aime({ year, ...place }: YearOf<PresetPlace>): Promise<ProblemSource> {
  const dataset = new Map([[2024, "HuggingFaceH4/aime_2024"], [2025, "MathArena/aime_2025"]]).get(year);
  return read({
    name: `aime${year}`,
    columns: { problem: "problem", answer: "answer" },
    ...dataset === undefined ? {} : { hub: { dataset, config: "default", split: "train" } },
  }, place);
}

/**
 * AMC 12 of a year, the problems with integer answers. Columns `problem`, `answer` and `url`, in which the year stands; on the
 * Hub for 2022 and 2023 (AI-MO/aimo-validation-amc).
 *
 * @throws {UserError} As `problemFile` and `hubDataset` do, and for a year that is not there.
 */
export function amc({ year, ...place }: YearOf<PresetPlace>): Promise<ProblemSource> {
  return read({
    name: `amc${year}`,
    columns: { problem: "problem", answer: "answer", only: { column: "url", has: `${year}_AMC` } },
    hub: { dataset: "AI-MO/aimo-validation-amc", config: "default", split: "train" },
  }, place);
}

/**
 * Minerva: 272 problems of undergraduate science courses. Columns `problem` and `solution`, which has the answer in a box; on
 * the Hub `question` and `answer` (math-ai/minervamath).
 *
 * @throws {UserError} As `problemFile` and `hubDataset` do.
 */
export function minerva(place: PresetPlace): Promise<ProblemSource> {
  return read({
    name: "minerva",
    columns: { problem: "problem", answer: { column: "solution", boxed: true }, solution: "solution" },
    hub: {
      dataset: "math-ai/minervamath",
      config: "default",
      split: "test",
      columns: { problem: "question", answer: "answer" },
    },
  }, place);
}

/**
 * OlympiadBench: the English, open-ended mathematics problems without pictures, some 675. Columns `question`, `solution`,
 * `final_answer` (a list) and `error` (a tolerance); on the Hub Hothan/OlympiadBench, whose configuration
 * `OE_TO_maths_en_COMP` holds them.
 *
 * @throws {UserError} As `problemFile` and `hubDataset` do.
 */
export function olympiadBench(place: PresetPlace): Promise<ProblemSource> {
  return read({
    name: "olympiadbench",
    columns: { problem: "question", answer: "final_answer", solution: "solution", tolerance: "error" },
    hub: { dataset: "Hothan/OlympiadBench", config: "OE_TO_maths_en_COMP", split: "train" },
  }, place);
}
