/**
 * How the stand-in server's answers reach the client, or do not.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultKind } from "./tinker_faults.ts";

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: { readonly [name: string]: string };
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Answer {
  return { status, type: "application/json", body: JSON.stringify(value) };
}

/** An answer in protobuf. */
export function protobuf(body: Uint8Array): Answer {
  return { status: 200, type: "application/x-protobuf", body };
}

function page(status: number, title: string): Answer {
  return {
    status,
    type: "text/html",
    body: `<html><head><title>${title}</title></head><body>${title}</body></html>`,
  };
}

/** What faults answer in the server's place: the request is not read. */
export const earlyAnswers: ReadonlyMap<FaultKind, Answer> = new Map<FaultKind, Answer>([
  ["408", json({ type: "try_again", queue_state: "active" }, 408)],
  ["400", { status: 400, type: "text/plain", body: "" }],
  ["429", json({ error: "Too many requests", category: "server" }, 429)],
  ["429 with Retry-After", {
    ...json({ error: "Busy", category: "server" }, 429),
    headers: { "retry-after": "7" },
  }],
  ["500", page(500, "Internal Server Error")],
  ["503", page(503, "Service Unavailable")],
]);

/** What faults answer when the server has done what it was asked: its own answer is lost. */
export const lateAnswers: ReadonlyMap<FaultKind, Answer> = new Map<FaultKind, Answer>([
  ["502", page(502, "Bad Gateway")],
  ["garbage", { status: 200, type: "application/json", body: '{"request_id": "request-' }],
]);

/** Sends an answer as far as the fault lets it. */
export async function send(
  answer: Answer,
  fault: FaultKind | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (fault === "cut after") return void request.socket.destroy();
  const body = typeof answer.body === "string" ? new TextEncoder().encode(answer.body) : answer.body;
  response.writeHead(answer.status, {
    "content-type": answer.type,
    "content-length": String(body.length),
    ...answer.headers,
  });
  if (fault === "cut half") {
    await write(response, body.subarray(0, body.length >> 1));
    return void request.socket.destroy();
  }
  if (fault === "slow") {
    const size = Math.max(1, Math.ceil(body.length / 4));
    for (let at = 0; at < body.length; at += size) await write(response, body.subarray(at, at + size));
    return void response.end();
  }
  response.end(body);
}

/** Writes a piece, and lets it go out before what comes next. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => response.write(piece, () => resolve()));
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
}
