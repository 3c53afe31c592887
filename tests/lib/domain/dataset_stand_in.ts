import type { JsonObject } from "exitlab/lib/json.ts";

/** What the stand-in was asked. */
export interface Asked {
  /** The path, such as `/rows`. */
  readonly path: string;
  /** The query. */
  readonly query: Readonly<Record<string, string>>;
  /** The header `authorization`. */
  readonly authorization: string | null;
}

/** A fault in the place of an answer; `undefined` to answer as usual. `count` is how often it was asked before. */
export type Fault = (asked: Asked, count: number) => Response | undefined;

/** A dataset viewer on this machine. */
export interface StandIn {
  /** Its address. */
  readonly server: string;
  /** All that it was asked. */
  readonly asked: readonly Asked[];
  /** Ends it. */
  stop(): Promise<void>;
}

/** The commit that the stand-in says its rows are of. */
export const revision = "0123456789abcdef0123456789abcdef01234567";

/** Problems with answers, as many as asked for. */
export function sums(count: number): JsonObject[] {
  return Array.from(
    { length: count },
    (_, index) => ({ q: `What is ${index} + 1?`, a: index + 1, level: null }),
  );
}

/** An answer in JSON. */
export function json(
  value: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(value, { status, headers: { "x-revision": revision, ...headers } });
}

/** Starts a stand-in with one data set, `org/sums`, in the published shapes of `/splits` and `/rows`. */
export function standIn(
  rows: readonly JsonObject[],
  fault: Fault = () => undefined,
  splits: readonly JsonObject[] = [{ dataset: "org/sums", config: "default", split: "test" }],
): StandIn {
  const asked: Asked[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(),
  }, (request) => {
    const url = new URL(request.url);
    const one = {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      authorization: request.headers.get("authorization"),
    };
    asked.push(one);
    return fault(one, asked.length - 1) ?? answer(one, rows, splits);
  });
  return { server: `http://127.0.0.1:${server.addr.port}`, asked, stop: () => server.shutdown() };
}

function answer(
  { path, query }: Asked,
  rows: readonly JsonObject[],
  splits: readonly JsonObject[],
): Response {
  if (query.dataset !== "org/sums") {
    return json({ error: "The dataset does not exist, or is not accessible without authentication." }, 404);
  }
  if (path === "/splits") return json({ splits, pending: [], failed: [] });
  const offset = Number(query.offset);
  return json({
    features: Object.keys(rows[0] ?? {}).map((name, index) => ({
      feature_idx: index,
      name,
      type: { _type: "Value" },
    })),
    rows: rows.slice(offset, offset + Number(query.length)).map((row, at) => ({
      row_idx: offset + at,
      row,
      truncated_cells: [],
    })),
    num_rows_total: rows.length,
    num_rows_per_page: 100,
    partial: false,
  });
}
