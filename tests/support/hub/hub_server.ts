/**
 * A stand-in for the Hugging Face Hub, written from the shapes that are published: HTTP on this machine, plain files in a
 * temporary folder, and a list of faults in front of every route.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { HubAccess } from "exitlab/runners/hf/hub/hub_client.ts";
import { type Fault, takeFault } from "./faults.ts";
import { type JobExecutor, jobsRoutes, JobStore } from "./jobs_routes.ts";

export type { Fault } from "./faults.ts";
export type { JobExecutor } from "./jobs_routes.ts";

/** A request that arrived. */
export interface SeenRequest {
  /** Its method. */
  readonly method: string;
  /** Its path and query. */
  readonly path: string;
  /** The status of the answer; `null` if the connection was cut instead. */
  status: number | null;
  /** The JSON that came with it; `null` for anything else. */
  body: string | null;
}

/** All that the stand-in holds. */
export interface HubState {
  /** A temporary folder, with `buckets/ORG/NAME/…` and `datasets/ORG/NAME/…` as plain files. */
  readonly folder: string;
  /** Its own address. */
  readonly url: string;
  /** The token that it takes; another one from now on if it is set, as when a token expires. */
  token: string;
  /** Whose token that is. */
  readonly user: string;
  /** Paths that want no token. */
  readonly publicPaths: RegExp[];
  /** Each request, in the order of arrival. */
  readonly requests: SeenRequest[];
  /** What goes wrong: the first fault that fits a request and is not used up is taken. */
  readonly faults: Fault[];
  /** The jobs. */
  readonly jobs: JobStore;
}

/** Answers some paths; `undefined` for any other. */
export type Routes = (request: Request, url: URL, state: HubState) => Promise<Response | undefined>;

/** What the stand-in is made with. */
export interface HubOptions {
  /** The token that it takes. Default `"hf_test"`. */
  readonly token?: string;
  /** Whose token that is. Default `"me"`. */
  readonly user?: string;
  /** What runs a job. Default: nothing is logged and all is well. */
  readonly executor?: JobExecutor;
  /** Routes that are asked before the ones for jobs. */
  readonly routes?: readonly Routes[];
  /** What goes wrong. */
  readonly faults?: readonly Fault[];
}

/** A running stand-in. */
export interface Hub {
  /** Its address. */
  readonly url: string;
  /** All that it holds. */
  readonly state: HubState;
  /** How to reach it; waits of any length take a millisecond. */
  readonly access: HubAccess;
  /** The waits that were asked of `access.wait`, in milliseconds. */
  readonly waits: number[];
  /** Stops it, ends its jobs and removes its folder. */
  close(): Promise<void>;
}

/** Starts a stand-in on this machine. */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const holder: { state?: HubState } = {};
  const routes = [...options.routes ?? [], jobsRoutes];
  const server = createServer((incoming, outgoing) => {
    if (holder.state !== undefined) void serve(incoming, outgoing, holder.state, routes);
  });
  // Otherwise each piece of a stream waits for the last one to be acknowledged.
  server.on("connection", (socket) => void socket.setNoDelay(true));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Expected a port");
  const url = `http://127.0.0.1:${address.port}`;
  const state: HubState = holder.state = {
    folder: await Deno.makeTempDir({ prefix: "hub-" }),
    url,
    token: options.token ?? "hf_test",
    user: options.user ?? "me",
    publicPaths: [/^\/api\/jobs\/hardware$/, /^\/cas\//],
    requests: [],
    faults: [...options.faults ?? []],
    jobs: new JobStore(options.executor ?? (() => Promise.resolve({ ok: true }))),
  };
  const waits: number[] = [];
  return {
    url,
    state,
    waits,
    access: {
      host: url,
      token: state.token,
      async wait(milliseconds, signal) {
        waits.push(milliseconds);
        await new Promise((resolve) => setTimeout(resolve, 1));
        signal?.throwIfAborted();
      },
    },
    async close() {
      await state.jobs.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Deno.remove(state.folder, { recursive: true });
    },
  };
}

/** Calls something with a stand-in that was started for it. */
export async function withHub<T>(options: HubOptions, use: (hub: Hub) => Promise<T>): Promise<T> {
  const hub = await startHub(options);
  try {
    return await use(hub);
  } finally {
    await hub.close();
  }
}

/** The refusal of a request without the token; `undefined` if it has it. */
export function refuseStranger(request: Request, state: HubState): Response | undefined {
  if (request.headers.get("authorization") === `Bearer ${state.token}`) return undefined;
  return Response.json({ error: "Invalid username or password." }, { status: 401 });
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  state: HubState,
  routes: readonly Routes[],
): Promise<void> {
  const url = new URL(incoming.url ?? "/", state.url);
  const seen: SeenRequest = {
    method: incoming.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    status: null,
    body: null,
  };
  state.requests.push(seen);
  try {
    const request = await readRequest(incoming, url);
    if (request.headers.get("content-type") === "application/json") seen.body = await request.clone().text();
    const fault = takeFault(state.faults, seen.method, seen.path);
    const doesIt = fault === undefined || fault.carriedOut === true || fault.cut === "after";
    const answer = doesIt ? await route(request, url, state, routes) : undefined;
    if (fault?.cut !== undefined) {
      await answer?.body?.cancel();
      incoming.socket.destroy();
      return;
    }
    if (fault !== undefined) await answer?.body?.cancel();
    const response = fault === undefined ? answer : faultResponse(fault);
    seen.status = response?.status ?? 404;
    await send(response ?? Response.json({ error: "Not found" }, { status: 404 }), outgoing);
  } catch (error) {
    if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
    seen.status = 500;
    const said = error instanceof Error ? error.stack ?? error.message : String(error);
    await send(Response.json({ error: said }, { status: 500 }), outgoing).catch(() => outgoing.destroy());
  }
}

async function route(
  request: Request,
  url: URL,
  state: HubState,
  routes: readonly Routes[],
): Promise<Response | undefined> {
  if (!state.publicPaths.some((path) => path.test(url.pathname))) {
    const refused = refuseStranger(request, state);
    if (refused !== undefined) return refused;
  }
  for (const answer of routes) {
    const response = await answer(request, url, state);
    if (response !== undefined) return response;
  }
  return undefined;
}

function faultResponse({ status = 500, body = { error: "Internal error" }, headers = {} }: Fault): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/html" : "application/json";
  return new Response(text, { status, headers: { "content-type": type, ...headers } });
}

async function readRequest(incoming: IncomingMessage, url: URL): Promise<Request> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, [value].flat().join(", "));
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers, ...hasBody ? { body: new Blob(chunks) } : {} });
}

/** Sends a response; where its body fails, the connection is cut after what was sent. */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  if (reader === undefined) return void outgoing.end();
  outgoing.flushHeaders();
  outgoing.on("close", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return void outgoing.end();
    await new Promise<void>((resolve) => outgoing.write(value, () => resolve()));
    if (outgoing.destroyed) return;
  }
}
