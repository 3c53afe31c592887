import { isJsonObject, type Json } from "../../json.ts";
import type { SandboxLimits } from "./limits.ts";
import type { SandboxReport } from "./sandbox_request.ts";
import type { Supervised } from "./supervised.ts";

/** The most characters of a message and of what was printed. */
const longest = { message: 2000, output: 4000 } as const;

/**
 * What a program's end and its last marked line say. The line is believed as far as the program is: it has a value or a
 * message, and anything else is no report.
 *
 * @param mark The word before the line, which the program was not told.
 * @param limits For the sentences.
 */
export function readReport(
  { end, output, errors }: Supervised,
  mark: string,
  limits: SandboxLimits,
  layers: readonly string[],
): SandboxReport {
  const at = output.lastIndexOf(`\n${mark}`);
  const line = at < 0 ? undefined : output.slice(at + mark.length + 1).split("\n")[0];
  const content = line === undefined ? null : parse(line);
  const over = overLimit(end, errors, content);
  // What a runtime says at its end is not the program's own.
  const said = over === null ? errors : "";
  const printed = isJsonObject(content) && typeof content["output"] === "string"
    ? content["output"]
    : `${at < 0 ? output : output.slice(0, at)}${said}`;
  const report = (outcome: SandboxReport["outcome"], message: string, value: Json = null): SandboxReport => ({
    outcome,
    value,
    message: message.slice(0, longest.message),
    output: printed.slice(-longest.output),
    layers,
  });
  if (over !== null) return report(over, sentences[over](limits));
  if (end === "stopped") return report("died", "The program was stopped from outside");
  if (end === "not started") return report("died", "The program was not started: its runtime is missing");
  if (isJsonObject(content)) {
    const { value, failed } = content;
    if (typeof failed === "string") return report("failed", failed);
    if (value !== undefined) return report("done", "", value);
  }
  return report("died", "The program ended before it gave a result");
}

function overLimit(end: Supervised["end"], errors: string, content: Json): keyof typeof sentences | null {
  if (end === "time" || end === "memory" || end === "output" || end === "processes") return end;
  if (isJsonObject(content)) {
    if (content["over"] === "output") return "output";
    if (content["over"] === "time") return "time";
  }
  // V8 ends the process when its heap is full.
  return end === "signal" && /heap out of memory|out of memory/i.test(errors) ? "memory" : null;
}

const sentences = {
  time: ({ seconds, cpuSeconds }: SandboxLimits) =>
    `The program took more than ${Math.min(seconds, cpuSeconds)} s and was ended`,
  memory: ({ memory }: SandboxLimits) => `The program held more than ${memory} MiB and was ended`,
  output: ({ output }: SandboxLimits) =>
    `The program printed or returned more than ${output} bytes and was ended`,
  processes: ({ processes }: SandboxLimits) =>
    `The program had more than ${processes} processes and was ended`,
} as const;

function parse(line: string): Json {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
