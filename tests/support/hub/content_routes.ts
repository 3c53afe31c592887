/** The stand-in's routes for content: the store behind uploads and downloads, and the answers that lead to it. */
import { refuse, sha256 } from "./storage_files.ts";
import { ContentStore, giveXorb, reconstruct } from "./xet.ts";

/** The store, with the tokens that open it. */
export interface Content {
  readonly store: ContentStore;
  /** The token of the store. */
  readonly token: string;
  /** The files that were asked for, by hash. */
  readonly given: Map<string, Uint8Array>;
}

/** An empty store. All have the same token: the Hub's library keeps it by address, and a port may come again. */
export function emptyContent(): Content {
  return { store: new ContentStore(), token: "content", given: new Map() };
}

/** The answer of `xet-write-token` and `xet-read-token`. */
export function contentToken(content: Content, url: URL): Response {
  return Response.json({
    accessToken: content.token,
    casUrl: `${url.origin}/cas`,
    exp: Math.floor(Date.now() / 1000) + 3600,
  });
}

/** The routes below `/cas`; `undefined` for other addresses. */
export async function contentRoutes(
  request: Request,
  url: URL,
  { store, token, given }: Content,
): Promise<Response | undefined> {
  const [, root, ...parts] = url.pathname.split("/");
  if (root !== "cas") return undefined;
  const [first = "", second = "", third = "", last = ""] = parts;
  if (first === "xorbs" && request.method === "GET") {
    return giveRange(request, given.get(second), Number(third));
  }
  if (request.headers.get("authorization") !== `Bearer ${token}`) return refuse(401, "Bad content token");
  const route = `${request.method} ${first}/${second}`;
  try {
    if (route === "POST v1/xorbs" && third === "default") {
      store.addXorb(last, await bytesOf(request));
      return Response.json({ "was_inserted": true });
    }
    if (route === "POST v1/shards") {
      store.addShard(await bytesOf(request));
      return Response.json({ result: 1 });
    }
  } catch (error) {
    if (error instanceof RangeError) return refuse(400, error.message);
    throw error;
  }
  // No chunk is known from before, so that every upload brings all of them.
  if (route === "GET v1/chunks") return refuse(404, "Chunk not found");
  if (route === "GET v2/reconstructions") {
    const content = given.get(third);
    if (content === undefined) return refuse(404, "File not found");
    const range = readRange(request, content.length) ?? { start: 0, end: content.length - 1 };
    return Response.json(
      reconstruct(third, content, range, (number) => `${url.origin}/cas/xorbs/${third}/${number}`),
    );
  }
  return refuse(404, "Not found");
}

function giveRange(request: Request, content: Uint8Array | undefined, number: number): Response {
  if (content === undefined) return refuse(404, "Xorb not found");
  return partOf(request, giveXorb(content, number));
}

async function bytesOf(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer());
}

/**
 * The answer of a `resolve` route: where to fetch the file's chunks, for a client that asks for that, or else the bytes.
 *
 * @param large Whether it is kept as chunks; small texts of datasets are not.
 */
export async function resolved(
  request: Request,
  url: URL,
  content: Content,
  bytes: Uint8Array,
  { large, refresh }: { readonly large: boolean; readonly refresh: string },
): Promise<Response> {
  const hash = await sha256(bytes);
  const wantsChunks = request.headers.get("accept")?.includes("application/vnd.xet-fileinfo+json") ?? false;
  if (!large || !wantsChunks) return partOf(request, bytes, { etag: `"${hash}"` });
  content.given.set(hash, bytes);
  const links = {
    "xet-auth": `${url.origin}${refresh}`,
    "xet-reconstruction-info": `${url.origin}/cas/v1/reconstructions/${hash}`,
  };
  return new Response(JSON.stringify({ hash }), {
    headers: {
      "Content-Type": "application/vnd.xet-fileinfo+json",
      "X-Linked-Size": `${bytes.length}`,
      "X-Linked-ETag": `"${hash}"`,
      "X-Xet-Hash": hash,
      "ETag": `"${hash}"`,
      "Link": Object.entries(links).map(([name, to]) => `<${to}>; rel="${name}"`).join(", "),
    },
  });
}

/** Bytes, or the range of them that was asked for. */
function partOf(request: Request, bytes: Uint8Array, headers: Record<string, string> = {}): Response {
  const range = readRange(request, bytes.length);
  if (range === undefined) return new Response(bytes.slice(), { headers });
  if (range.start >= bytes.length) {
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${bytes.length}` } });
  }
  const end = Math.min(range.end, bytes.length - 1);
  return new Response(bytes.slice(range.start, end + 1), {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${range.start}-${end}/${bytes.length}` },
  });
}

function readRange(request: Request, length: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (match === null) return undefined;
  const [, start = "", end = ""] = match;
  return { start: Number(start), end: end === "" ? length - 1 : Number(end) };
}
