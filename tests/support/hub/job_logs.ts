/**
 * Log streams of the stand-in for the Hub, and how they go wrong.
 *
 * @module
 */
import { type LogTrouble, takeFault } from "./faults.ts";
import type { HubState } from "./hub_server.ts";
import { hasEnded, type StoredJob } from "./job_store.ts";

/** The stream of a job's log: all of it from the start, then what comes, until the job is over. */
export function streamLog(job: StoredJob, tail: number | undefined, path: string, state: HubState): Response {
  const trouble = takeFault(state.faults, "GET", path, "log")?.log;
  const leaving = new AbortController();
  const events = write(job, tail, state, trouble, leaving.signal);
  const encoder = new TextEncoder();
  const most = cutAt(trouble);
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (bytes >= most) return controller.error(new Error("cut"));
      const { done, value } = await events.next();
      if (leaving.signal.aborted) return;
      if (done === true) {
        return trouble === undefined || !isCut(trouble)
          ? controller.close()
          : controller.error(new Error("cut"));
      }
      const chunk = encoder.encode(value).subarray(0, most - bytes);
      bytes += chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.error(new Error("cut"));
    },
    cancel: () => leaving.abort(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function isCut(trouble: LogTrouble): trouble is { cutAfterEvents: number } | { cutAfterBytes: number } {
  return typeof trouble === "object" && ("cutAfterEvents" in trouble || "cutAfterBytes" in trouble);
}

function cutAt(trouble: LogTrouble | undefined): number {
  return typeof trouble === "object" && "cutAfterBytes" in trouble ? trouble.cutAfterBytes : Infinity;
}

function mostEvents(trouble: LogTrouble | undefined): number {
  if (typeof trouble !== "object") return Infinity;
  if ("cutAfterEvents" in trouble) return trouble.cutAfterEvents;
  if ("endAfterEvents" in trouble) return trouble.endAfterEvents;
  return "stallAfterEvents" in trouble ? trouble.stallAfterEvents : Infinity;
}

/** The text of a stream, piece by piece. A real one has a comment every 30 s; here there is one before every third event. */
async function* write(
  job: StoredJob,
  tail: number | undefined,
  { jobs }: HubState,
  trouble: LogTrouble | undefined,
  leaving: AbortSignal,
): AsyncGenerator<string> {
  // Nothing is there of a job that has not begun, and some streams have nothing right after it has.
  if (trouble === "empty" || (job.started === null && trouble === undefined)) return;
  const events = mostEvents(trouble);
  const isMute = trouble === "silent" || trouble === "keep-alives";
  if (trouble === "keep-alives") {
    for (; !leaving.aborted; await new Promise((resolve) => setTimeout(resolve, 2))) yield ": keep-alive\n\n";
    return;
  }
  const first = tail === undefined ? 0 : Math.max(0, job.log.length - tail);
  for (let at = first; !isMute;) {
    if (at - first >= events) {
      if (typeof trouble !== "object" || !("stallAfterEvents" in trouble)) return;
      await new Promise((resolve) => leaving.addEventListener("abort", resolve));
      return;
    }
    const event = job.log[at];
    if (event !== undefined) {
      if (at % 3 === 0) yield ": keep-alive\n\n";
      yield `data: ${JSON.stringify(event)}\n\n`;
      at++;
    } else if (hasEnded(job)) break;
    else if (leaving.aborted) return;
    else await jobs.change(leaving);
  }
  while ((isMute || trouble === "never ends") && !leaving.aborted) await jobs.change(leaving);
}
