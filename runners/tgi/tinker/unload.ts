import type { JsonObject } from "../../../lib/json.ts";
import { awaitFuture, readRequestId } from "./future.ts";
import type { ModelLink } from "./passes.ts";
import { type Caller, readObject } from "./retry.ts";
import type { WireRequest } from "./transport.ts";

/** A step that moves nothing and clears the gradient. */
const emptyStep = {
  "learning_rate": 0,
  beta1: 0,
  beta2: 0,
  eps: 1,
  "weight_decay": 0,
  "grad_clip_norm": 0,
};

/**
 * Gives a model's memory on its server back. Where a gradient outlives its model, one that no step took is cleared
 * before, so that the next model does not begin with it.
 *
 * @throws {Error} As `Caller.call` says.
 */
export async function unloadModel(link: ModelLink, caller: Caller): Promise<void> {
  const { modelId, profile, owed } = link;
  try {
    if (profile.sharesSlot && owed.gradient) await clearGradient(link, caller);
  } finally {
    await ask(caller, "/api/v1/unload_model", { model_id: modelId, type: "unload_model" });
  }
}

async function clearGradient({ modelId, line, owed }: ModelLink, caller: Caller): Promise<void> {
  await unlessAborted(line.settled(), caller.signal);
  await ask(caller, "/api/v1/optim_step", {
    model_id: modelId,
    // One further on, as the server may have the request before without having been heard.
    seq_id: line.sent + 2,
    adam_params: emptyStep,
  });
  owed.gradient = false;
}

async function ask(caller: Caller, route: string, body: JsonObject): Promise<void> {
  const request: WireRequest = { method: "POST", route, body: JSON.stringify(body) };
  const issueAgain = () => caller.call(request, readRequestId);
  const pending = { route, requestId: await issueAgain(), issueAgain };
  await awaitFuture(caller, pending, "application/json", readObject);
}

/** Waits for a promise, or until aborted (throws the signal's reason). */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
