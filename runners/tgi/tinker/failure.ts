/**
 * What can go wrong between a client and a Tinker server, and how a refusal is put into one sentence.
 *
 * @module
 */
import { CheckpointGoneError } from "../../../lib/engine/checkpoint_gone.ts";
import { EngineLostError } from "../../../lib/engine/engine_lost.ts";
import { isJsonArray, isJsonObject, type Json } from "../../../lib/json.ts";

/**
 * The server no longer knows our session, model or future: it was started again, or closed an idle session. What was
 * trained since the last checkpoint is gone; the caller opens a new model and loads that checkpoint.
 */
export class ServerLostError extends EngineLostError {
  /** Always `"ServerLostError"`. */
  override name = "ServerLostError";
}

/** A checkpoint that a server does not have. */
export class MissingCheckpointError extends CheckpointGoneError {
  /** Always `"MissingCheckpointError"`. */
  override name = "MissingCheckpointError";
}

/** A server that does not have a route. */
export class AbsentError extends Error {
  /** Always `"AbsentError"`. */
  override name = "AbsentError";
}

/** An answer that cannot be read, as a proxy's error page under status 200: asking again may help. */
export class UnreadableError extends Error {
  /** Always `"UnreadableError"`. */
  override name = "UnreadableError";
}

/** A connection that broke, or an answer that did not come in time: asking again may help. */
export class CutError extends Error {
  /** Always `"CutError"`. */
  override name = "CutError";
  /** Whether the request may have come to the server. */
  hasArrived = true;
}

/** What a call gives, or `null` if the server has not got the route, or what it is asked for. */
export async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AbsentError || error instanceof ServerLostError) return null;
    throw error;
  }
}

/** What a server said about a refusal. */
export interface Refusal {
  /** Its sentence, or the beginning of its body. */
  readonly said: string;
  /** Whose fault it is, if it says so. */
  readonly category: string | undefined;
  /** Whether the body was JSON with a sentence in it, and not a proxy's page or a router's default. */
  readonly deliberate: boolean;
}

/**
 * Reads the body of a refusal: `{"error", "category"}`, FastAPI's `{"detail"}`, or a page.
 *
 * @param redact Gives a text without what nobody is to read.
 */
export function readRefusal(body: Uint8Array, redact: (text: string) => string): Refusal {
  const text = redact(new TextDecoder().decode(body.subarray(0, 65_536)));
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    return { said: excerpt(text), category: undefined, deliberate: false };
  }
  const said = sentence(json);
  if (said === undefined) return { said: excerpt(text), category: undefined, deliberate: false };
  const category = isJsonObject(json) && typeof json.category === "string" ? json.category : undefined;
  // What a router says of a path that it does not have.
  return { said, category, deliberate: said !== "Not Found" && said !== "Method Not Allowed" };
}

/** Takes out of an error, and of what caused it, what nobody is to read. */
export function redactError(error: unknown, redact: (text: string) => string): void {
  for (let each = error; each instanceof Error; each = each.cause) {
    const [message, stack] = [redact(each.message), redact(each.stack ?? "")];
    // Only where it is needed: what an abort throws cannot be written to.
    if (message !== each.message) each.message = message;
    if (stack !== (each.stack ?? "")) each.stack = stack;
  }
}

/** The beginning of a text, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "an empty body";
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 199)}…` : line);
}

function sentence(json: Json): string | undefined {
  if (!isJsonObject(json)) return undefined;
  for (const value of [json.error, json.detail, json.message]) {
    if (typeof value === "string" && value.trim() !== "") {
      return value.replace(/\s+/g, " ").trim().replace(/\.$/, "");
    }
    if (value === undefined) continue;
    // FastAPI lists what it found wrong with a body, each with a path.
    if (isJsonArray(value)) {
      const [first] = value;
      if (isJsonObject(first) && typeof first.msg === "string") {
        const path = first.loc !== undefined && isJsonArray(first.loc) ? ` (${first.loc.join(".")})` : "";
        return `${first.msg}${path}`;
      }
    }
    if (isJsonObject(value) && typeof value.message === "string") return value.message;
  }
  return undefined;
}
