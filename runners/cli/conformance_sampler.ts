import { UserError } from "../../lib/errors.ts";
import { samplerChecks, type SamplerFinding } from "../tgi/samplers/conformance.ts";
import { connectSampler } from "../tgi/samplers/connect.ts";
import { tokenizerFrom } from "../tgi/tokenizer_source.ts";
import { type CommandLine, exitCodes, print } from "./command.ts";
import { keyNames, tokenizerFolder } from "./server_names.ts";
import { SlowProgress } from "./slow_progress.ts";

/**
 * `deno task conformance sampler`: whether a server that draws completions tells ids and log-probabilities that fit what it
 * draws, check by check.
 *
 * @throws {UserError} If an option is wrong, there is no such server, or its tokenizer is not at hand.
 */
export async function conformanceSampler(line: CommandLine, files: readonly string[]): Promise<number> {
  if (files.length > 0) throw new UserError(`Expected no file but found ${files.join(", ")}`);
  const url = line.value("url");
  if (url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new UserError(
      `Expected --url with the sampler's address, such as http://127.0.0.1:8001, but found ${
        url === undefined ? "none" : `"${url}"`
      }`,
    );
  }
  const tolerance = readTolerance(line.value("tolerance"));
  const key = Deno.env.get(keyNames.sampler);
  const options = key === undefined || key === "" ? {} : { key };
  const first = await connectSampler(url, options);
  const info = await first.describe();
  await first.close();
  const asked = line.value("model");
  const folder = line.value("tokenizer");
  const model = asked ?? info.model;
  if (folder === undefined && !/^[\w.-]+\/[\w.-]+$/.test(model)) {
    throw new UserError(
      `Expected --model ORG/NAME or --tokenizer DIR, since the server calls its model "${model}"`,
    );
  }
  const tokenizer = await tokenizerFrom({
    model,
    revision: "main",
    cache: tokenizerFolder,
    ...(folder === undefined ? {} : { folder }),
  });
  const progress = new SlowProgress();
  const sampler = await connectSampler(url, {
    ...options,
    stop: tokenizer.stop,
    text: (tokens) => tokenizer.text(tokens),
    onRetry: ({ route, message }) => progress.show(`${route}: ${message}`),
  });
  try {
    const trial = { sampler, url, tokenizer, tolerance, ...(asked === undefined ? {} : { model: asked }) };
    const results: Record<string, SamplerFinding> = {};
    for (const [name, check] of samplerChecks) {
      progress.show(`checking ${name}`);
      const found = await outcome(() => check(trial));
      progress.clear();
      results[name] = found;
      if (line.flag("json")) continue;
      print(
        `${found.problems.length === 0 ? "ok    " : "not ok"}  ${name}${found.note && `: ${found.note}`}`,
      );
      for (const problem of found.problems) print(`          ${problem}`);
    }
    const broken = Object.values(results).filter(({ problems }) => problems.length > 0).length;
    print(
      line.flag("json")
        ? JSON.stringify({ kind: sampler.kind, ...info, results })
        : `${samplerChecks.size - broken} of ${samplerChecks.size} checks passed`,
    );
    return broken === 0 ? exitCodes.success : exitCodes.failure;
  } finally {
    progress.clear();
    await sampler.close();
  }
}

/** What a check found, or the sentence with which the sampler's answer was refused. */
async function outcome(check: () => Promise<SamplerFinding>): Promise<SamplerFinding> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problems: [error.message], note: "" };
  }
}

/** Servers whose kernels depend on what is computed beside are off by some hundredths. */
function readTolerance(text: string | undefined): number {
  if (text === undefined) return 0.05;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new UserError(`Expected --tolerance to be a number of at least 0 but found "${text}"`);
}
