/** The stand-in's routes of buckets: create, list, write, read, remove. */
import { join } from "node:path";
import * as v from "valibot";
import { type Content, contentToken, resolved } from "./content_routes.ts";
import {
  filesBelow,
  folderExists,
  isPlainPath,
  readStored,
  refuse,
  removeStored,
  sha256,
  writeStored,
} from "./storage_files.ts";

/** What the routes need. */
export interface StorageState {
  /** Where the files are. */
  readonly folder: string;
  /** Paths that want no token. */
  readonly publicPaths: RegExp[];
}

/** How many files a page of a list has. */
export const pageSize = 40;

const operation = v.variant("type", [
  v.object({ type: v.literal("addFile"), path: v.string(), xetHash: v.string() }),
  v.object({ type: v.literal("deleteFile"), path: v.string() }),
]);

/** Answers for `/api/buckets/…` and `/buckets/…`; `undefined` for other addresses. */
export async function bucketRoutes(
  request: Request,
  url: URL,
  state: StorageState,
  content: Content,
): Promise<Response | undefined> {
  const match = /^(\/api)?\/buckets\/([^/]+)\/([^/]+)(?:\/(.*))?$/.exec(decodeURIComponent(url.pathname));
  if (match === null) return undefined;
  const [, api, owner = "", name = "", rest = ""] = match;
  const folder = join(state.folder, "buckets", owner, name);
  const [action = "", ...path] = rest.split("/");
  if (api !== undefined && rest === "" && request.method === "POST") {
    return await create(folder, url, owner, name);
  }
  if (!await folderExists(folder)) return refuse(404, "Repository not found", "RepoNotFound");
  if (api === undefined) {
    if (action !== "resolve") return undefined;
    const bytes = await readStored(folder, path.join("/"));
    if (bytes === undefined) return refuse(404, "Entry not found", "EntryNotFound");
    const refresh = `/api/buckets/${owner}/${name}/xet-read-token`;
    return await resolved(request, url, content, bytes, { large: true, refresh });
  }
  switch (`${request.method} ${action}`) {
    case "GET ":
      return Response.json({ id: `${owner}/${name}`, private: true });
    case "GET xet-write-token":
    case "GET xet-read-token":
      return contentToken(content, url);
    case "GET tree":
      return await listing(url, folder, path.join("/"), "");
    case "POST paths-info":
      return await pathsInfo(request, folder);
    case "POST batch":
      return await batch(request, folder, content);
    default:
      return undefined;
  }
}

async function create(folder: string, url: URL, owner: string, name: string): Promise<Response> {
  if (await folderExists(folder)) return refuse(409, "You already created this bucket");
  await Deno.mkdir(folder, { recursive: true });
  return Response.json({ url: `${url.origin}/buckets/${owner}/${name}`, id: `${owner}/${name}` });
}

/** The files below a path, a page at a time; only what is right below it unless `recursive=true`. */
export async function listing(url: URL, folder: string, path: string, prefix: string): Promise<Response> {
  const below = await filesBelow(folder, path);
  if (path !== "" && below.length === 0) return refuse(404, "Entry not found", "EntryNotFound");
  const recursive = url.searchParams.get("recursive") === "true";
  const files = below.filter((file) => recursive || !file.path.slice(path.length + 1).includes("/"));
  const from = Number(url.searchParams.get("cursor") ?? "0");
  const page = await Promise.all(
    files.slice(from, from + pageSize).map(async ({ path, size }) => {
      const bytes = await readStored(folder, path) ?? new Uint8Array();
      return { type: "file", path: `${prefix}${path}`, size, xetHash: await sha256(bytes) };
    }),
  );
  const next = new URL(url);
  next.searchParams.set("cursor", `${from + pageSize}`);
  const headers = from + pageSize < files.length ? { Link: `<${next.href}>; rel="next"` } : undefined;
  return Response.json(page, headers === undefined ? {} : { headers });
}

/** Those of the paths that are files. */
export async function pathsInfo(request: Request, folder: string): Promise<Response> {
  const { paths } = v.parse(v.object({ paths: v.array(v.string()) }), await request.json());
  const files = new Map((await filesBelow(folder)).map(({ path, size }) => [path, size]));
  return Response.json(
    paths.flatMap((path) => {
      const size = files.get(path);
      return size === undefined ? [] : [{ type: "file", path, size }];
    }),
  );
}

/** Each operation by itself: what fails is told, the others are done. */
async function batch(request: Request, folder: string, { store }: Content): Promise<Response> {
  const text = await request.text();
  const lines = text === "" ? [] : text.split("\n").map((line) => v.parse(operation, JSON.parse(line)));
  const failed: { path: string; error: string }[] = [];
  for (const line of lines) {
    if (!isPlainPath(line.path)) {
      failed.push({ path: line.path, error: "Bad path" });
    } else if (line.type === "deleteFile") {
      if (!await removeStored(folder, line.path)) failed.push({ path: line.path, error: "Entry not found" });
    } else {
      const bytes = store.file(line.xetHash);
      if (bytes === undefined) failed.push({ path: line.path, error: "Unknown content" });
      else await writeStored(folder, line.path, bytes);
    }
  }
  const counts = { processed: lines.length, succeeded: lines.length - failed.length };
  return Response.json({ success: failed.length === 0, ...counts, failed }, {
    status: failed.length === 0 ? 200 : 422,
  });
}
