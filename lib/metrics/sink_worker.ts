/**
 * The thread of a sink: imports its module, and does what is asked of it in order.
 *
 * @module
 */
import { errorMessage } from "../errors.ts";
import type { MetricsSink, SinkAnswer, SinkRequest } from "./sink.ts";

function isSink(value: unknown): value is MetricsSink {
  return typeof value === "object" && value !== null && "step" in value && typeof value.step === "function";
}

async function importSink(module: string): Promise<MetricsSink> {
  const { default: sink }: { readonly default?: unknown } = await import(module);
  if (isSink(sink)) return sink;
  throw new TypeError("Expected its default export to be an object with a method step");
}

/** Errors of a parser quote the source below their first line. */
function firstLine(error: unknown): string {
  return errorMessage(error).split("\n", 1).join();
}

globalThis.addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const [port] = event.ports;
  if (port === undefined) return;
  let sink: MetricsSink | undefined;
  const perform = async (request: SinkRequest): Promise<void> => {
    if (request.kind === "open") sink = await importSink(request.module);
    else if (request.kind === "step") await sink?.step(request.step, request.run);
    else await sink?.[request.kind]?.(request.run);
  };
  const stray = (error: unknown): void =>
    port.postMessage({ kind: "stray", message: firstLine(error) } satisfies SinkAnswer);
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    stray(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    stray(event.error);
  });
  let before: Promise<void> = Promise.resolve();
  port.onmessage = ({ data }: MessageEvent<SinkRequest>): void => {
    before = before.then(() => perform(data)).then(() => null, firstLine).then((message) => {
      port.postMessage({ kind: data.kind, message } satisfies SinkAnswer);
    });
  };
});
