import { join } from "node:path";
import { checkAccess } from "../../lib/domain/check_access.ts";
import { UserError } from "../../lib/errors.ts";
import type { EventRow } from "../../lib/metrics/rows.ts";
import { ProgressLine } from "../../lib/report/progress_line.ts";
import { pause } from "../hf/hub/hub_client.ts";
import { ChatClient } from "../hf/infer/chat_client.ts";
import {
  type HostedEvaluation,
  hostedRun,
  isFinished,
  runHostedEvaluation,
} from "../hf/infer/hosted_evaluation.ts";
import { type HostedAccess, hostedName, hostedPlace } from "../hf/infer/hosted_model.ts";
import { HostedResponder, Stopped } from "../hf/infer/hosted_responder.ts";
import { fetchPrices, parsePrice, Prices } from "../hf/infer/prices.ts";
import { cacheName, ResponseCache } from "../hf/infer/response_cache.ts";
import { Spending } from "../hf/infer/spending.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { answerFolder } from "./eval_grants.ts";
import { evalOptions, readAccess, readMeasure, readRequests } from "./eval_options.ts";
import { answersNeeded, progressText, remarks, usageFigures, usageText } from "./eval_usage.ts";
import { loadSubject } from "./eval_subject.ts";
import { hostedSummary } from "./eval_summary.ts";
import { standardError } from "./standard_error.ts";

/** `deno task eval`: the self-improvement of a hosted chat model on any domain. */
export const evalCommand: Command = {
  name: "eval",
  summary: "Measure how a hosted chat model improves its own answers, k = 0…K, on an experiment's domain.",
  usage: "FILE|DOMAIN --model ORG/NAME [options]",
  options: evalOptions,
  examples: [
    "deno task eval experiments/exit_gsm8k.ts --model Qwen/Qwen3-8B --tasks 64 --max-cost 2",
    "deno task eval math --model meta-llama/Llama-3.1-8B-Instruct --provider together --steps 4",
    "deno task eval my_domain.ts --model served-name --url http://127.0.0.1:8000/v1",
  ],
  run: runEval,
};

async function runEval(line: CommandLine): Promise<number> {
  const access = readAccess(line);
  const { context, ...requests } = readRequests(line);
  const subject = readMeasure(line, await loadSubject(line));
  const { model, provider, endpoint, hub } = access;
  const hosted = { model, provider, endpoint, ...hub === undefined ? {} : { hub } };
  const evaluation: HostedEvaluation = { ...subject, context, model: hosted };
  const runs = line.value("runs") ?? "runs";
  const run = hostedRun(evaluation);
  if (await isFinished(runs, run)) {
    print(`Already measured: ${join(runs, run.id)}`);
    print(await hostedSummary(runs, run.id));
    return exitCodes.success;
  }
  await checkAccess(subject.domain);
  const progress = new ProgressLine(standardError);
  const prices = await readPrices(line, access, progress);
  const spending = new Spending(prices, requests.maxCost);
  const stop = stopOnSignal();
  const cache = await ResponseCache.open(
    join(line.value("cache") ?? answerFolder, cacheName(evaluation.model)),
  );
  const began = performance.now();
  const tally = { retries: 0 };
  const show = (why: string = ""): void =>
    progress.show(
      progressText(responder.usage, spending, evaluation, {
        ...tally,
        seconds: (performance.now() - began) / 1000,
        why,
      }),
    );
  const client = new ChatClient({ ...access, wait: stop.wait }, {
    timeout: requests.timeout,
    onRetry: (why) => {
      tally.retries++;
      show(why);
    },
  });
  const responder = new HostedResponder({
    model: evaluation.model,
    client,
    cache,
    spending,
    context: context ?? Infinity,
    concurrency: requests.concurrency,
    signal: stop.signal,
    stopping: stop.stopping,
    onAnswer: () => show(),
  });
  const needed = answersNeeded(evaluation);
  print([
    `${run.id}${subject.arm === null ? "" : `, in the words of arm ${subject.arm}`}`,
    `${hostedName(access)} at ${hostedPlace(access)}; price ${prices.text()}`,
    `${needed === null ? "" : `${needed.toLocaleString("en")} answers of `}at most ${
      subject.maxTokens.toLocaleString("en")
    } tokens${needed === null ? " an answer" : ""}; ${
      cache.size.toLocaleString("en")
    } of this model are kept`,
  ].join("\n"));
  const said = (): readonly Pick<EventRow, "level" | "kind" | "message">[] =>
    remarks(responder.usage, spending, evaluation, tally.retries);
  try {
    await runHostedEvaluation(evaluation, {
      runs,
      responder,
      remarks: said,
    });
  } catch (error) {
    progress.clear();
    print(usageText(usageFigures(responder.usage, spending, tally.retries)));
    if (!(error instanceof Stopped)) throw error;
    print("Stopped. All answers so far are kept: the same command goes on.");
    return exitCodes.interrupted;
  } finally {
    progress.clear();
    cache.close();
    stop.done();
  }
  for (const { level, message } of said()) if (level === "warning") printError(`warning: ${message}`);
  print(await hostedSummary(runs, run.id));
  return exitCodes.success;
}

/** The given price, or those of the router's list; behind an endpoint there is no list. */
async function readPrices(
  line: CommandLine,
  access: HostedAccess,
  progress: ProgressLine,
): Promise<Prices> {
  const price = line.value("price");
  if (price !== undefined) return new Prices(parsePrice(price));
  if (access.endpoint !== null) return new Prices(null);
  try {
    return await fetchPrices(access);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    progress.settle(`warning: The prices of providers are not known (${error.message})`);
    return new Prices(null);
  }
}

/** On Ctrl-C what is under way may end, and is not asked again; on another it may not end. */
function stopOnSignal() {
  const [soon, atOnce] = [new AbortController(), new AbortController()];
  const interrupt = (): void => {
    if (soon.signal.aborted) return atOnce.abort(new Stopped());
    soon.abort(new Stopped());
    printError("\nStopping after the requests under way; press Ctrl-C again to stop at once");
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  return {
    signal: atOnce.signal,
    stopping: (): boolean => soon.signal.aborted,
    wait: (milliseconds: number): Promise<void> =>
      pause(milliseconds, AbortSignal.any([soon.signal, atOnce.signal])),
    done: (): void => signals.forEach((signal) => Deno.removeSignalListener(signal, interrupt)),
  };
}
