import { checkPolicyEngine, type EngineCheckName, engineCheckNames } from "../../lib/engine/conformance.ts";
import { hub } from "../../lib/engine/hub.ts";
import { UserError } from "../../lib/errors.ts";
import { type CommandLine, exitCodes, print } from "./command.ts";
import { readServer } from "./server_options.ts";
import { SlowProgress } from "./slow_progress.ts";

/**
 * `deno task conformance engine`: what of the engine contract a server keeps, check by check.
 *
 * @throws {UserError} If an option is wrong, or there is no such server.
 */
export async function conformanceEngine(line: CommandLine, files: readonly string[]): Promise<number> {
  if (files.length > 0) throw new UserError(`Expected no file but found ${files.join(", ")}`);
  const tolerance = readNumber(line, "tolerance", 1e-3);
  const learningRate = readNumber(line, "rate", 1e-2);
  const rank = readNumber(line, "rank", 0);
  const context = readNumber(line, "context", 128);
  const only = readChecks(line);
  const progress = new SlowProgress();
  const engine = await readServer(line, ({ route, message }) => progress.show(`${route}: ${message}`));
  try {
    const capabilities = await engine.capabilities();
    const [served] = await engine.models();
    const model = line.value("model") ?? served;
    if (model === undefined) throw new UserError("The server serves no model");
    const alpha = await engine.alpha(rank) ?? rank;
    const policy = hub(model, { context, adapter: rank === 0 ? null : { rank, alpha } });
    const results: Record<string, readonly string[]> = {};
    if (!line.flag("json")) print(`${capabilities.description}, ${model}`);
    for (const name of only) {
      progress.show(`checking ${name}`);
      const findings = await checkPolicyEngine(engine, policy, { tolerance, learningRate, only: [name] });
      progress.clear();
      results[name] = findings.map(({ message }) => message);
      if (line.flag("json")) continue;
      print(findings.length === 0 ? `ok      ${name}` : `not ok  ${name}`);
      for (const { message } of findings) print(`          ${message}`);
    }
    const broken = Object.values(results).filter((found) => found.length > 0).length;
    print(
      line.flag("json")
        ? JSON.stringify({ engine: capabilities, model, rank, results })
        : `${only.length - broken} of ${only.length} checks passed`,
    );
    return broken === 0 ? exitCodes.success : exitCodes.failure;
  } finally {
    progress.clear();
    await engine.close();
  }
}

function readNumber(line: CommandLine, name: string, usual: number): number {
  const text = line.value(name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new UserError(`Expected --${name} to be a number of at least 0 but found "${text}"`);
}

function readChecks(line: CommandLine): readonly EngineCheckName[] {
  const asked = line.values("only");
  const unknown = asked.find((name) => !engineCheckNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new UserError(`Expected --only to be one of ${engineCheckNames.join(", ")} but found "${unknown}"`);
  }
  return asked.length === 0 ? engineCheckNames : engineCheckNames.filter((name) => asked.includes(name));
}
