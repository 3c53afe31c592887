import { UserError } from "../../lib/errors.ts";
import type { Command, CommandLine } from "./command.ts";
import { conformanceBfcl } from "./conformance_bfcl.ts";
import { conformanceMath } from "./conformance_math.ts";

/** What can be measured, by the first word of the command line. */
const subjects: ReadonlyMap<string, (line: CommandLine, files: readonly string[]) => Promise<number>> =
  new Map([
    ["math", conformanceMath],
    ["bfcl", conformanceBfcl],
  ]);

/** `deno task conformance`: how well a part of a domain agrees with records of what is right. */
export const conformanceCommand: Command = {
  name: "conformance",
  summary: "Measure how well a domain agrees with records: answers with verdicts, or traces of tools.",
  usage: "math FILE.jsonl | bfcl TRACES.jsonl… [options]",
  options: {
    json: { type: "boolean", help: "Print the figures alone, as JSON" },
    tolerance: {
      type: "string",
      value: "X",
      help: "math: how far numbers may be off, absolutely, in rows that do not say; default 0",
    },
  },
  examples: [
    "deno task conformance math tests/domains/math/answer/cases/equivalence-cases.jsonl",
    'deno task conformance math my_cases.jsonl --json   # each line {"gold": "1/2", "pred": "0.5", "expected": true}',
    "deno task conformance bfcl tests/domains/tool_use/bfcl/traces/probes.jsonl   # exit code 1 below 98 %",
  ],
  run: async (line) => {
    const [subject, ...files] = line.words;
    const measure = subject === undefined ? undefined : subjects.get(subject);
    if (measure !== undefined) return await measure(line, files);
    throw new UserError(
      `Expected ${[...subjects.keys()].join(" or ")} and a FILE.jsonl but found ${
        subject === undefined ? "none" : `"${subject}"`
      }`,
    );
  },
};
