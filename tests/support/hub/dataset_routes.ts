/** The stand-in's routes of dataset repositories: create, upload, commit, list, read. */
import { join } from "node:path";
import * as v from "valibot";
import { listing, pathsInfo, type StorageState } from "./bucket_routes.ts";
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

/** Datasets: what is known of them beside their files. */
export interface Datasets {
  /** Public ones, as `owner/name`; all others are private. */
  readonly open: Set<string>;
  /** The files of each commit, by its id. */
  readonly commits: Map<string, string>;
  /** Whether uploads go through the chunk store, or by plain PUT as they once did. */
  readonly chunked: boolean;
}

const newRepository = v.object({
  type: v.literal("dataset"),
  name: v.string(),
  organization: v.string(),
  visibility: v.optional(v.picklist(["private", "public"]), "public"),
});
const preupload = v.object({
  files: v.array(v.object({ path: v.string(), size: v.number(), sample: v.string() })),
});
const largeFiles = v.object({
  operation: v.literal("upload"),
  transfers: v.array(v.string()),
  objects: v.array(v.object({ oid: v.string(), size: v.number() })),
});
const commitLine = v.variant("key", [
  v.object({ key: v.literal("header"), value: v.object({ summary: v.string() }) }),
  v.object({
    key: v.literal("file"),
    value: v.object({ path: v.string(), content: v.string(), encoding: v.literal("base64") }),
  }),
  v.object({
    key: v.literal("lfsFile"),
    value: v.object({ path: v.string(), oid: v.string(), size: v.number() }),
  }),
  v.object({ key: v.literal("deletedFile"), value: v.object({ path: v.string() }) }),
]);

/** Whether a file is kept as large content and not as text in the repository. */
function isLarge(path: string, size: number): boolean {
  return size > 0 && (/\.(parquet|bin|duckdb)$/.test(path) || size > 1_000_000);
}

/** Answers for datasets; `undefined` for other addresses. */
export async function datasetRoutes(
  request: Request,
  url: URL,
  state: StorageState,
  content: Content,
  datasets: Datasets,
): Promise<Response | undefined> {
  const pathname = decodeURIComponent(url.pathname);
  const root = join(state.folder, "datasets");
  if (request.method === "POST" && pathname === "/api/repos/create") {
    return await create(state, url, datasets, v.parse(newRepository, await request.json()));
  }
  const stored = /^\/lfs\/([0-9a-f]{64})$/.exec(pathname);
  if (stored !== null && request.method === "PUT") {
    content.store.addFile(stored[1] ?? "", new Uint8Array(await request.arrayBuffer()));
    return new Response();
  }
  const match = /^(\/api)?\/datasets\/([^/]+)\/([^/]+?)(\.git)?(?:\/(.*))?$/.exec(pathname);
  if (match === null) return undefined;
  const [, api, owner = "", name = "", git, rest = ""] = match;
  const id = `${owner}/${name}`;
  const folder = join(root, owner, name);
  if (!await folderExists(folder)) return refuse(404, "Repository not found", "RepoNotFound");
  if (git !== undefined) return await largeFileBatch(request, url, id, content, datasets);
  const [action = "", revision = "main", ...path] = rest.split("/");
  const source = revision === "main" ? folder : datasets.commits.get(decodeURIComponent(revision));
  if (source === undefined) return refuse(404, "Invalid rev id", "RevisionNotFound");
  if (api === undefined) {
    if (action !== "resolve") return undefined;
    const bytes = await readStored(source, path.join("/"));
    if (bytes === undefined) return refuse(404, "Entry not found", "EntryNotFound");
    const large = isLarge(path.join("/"), bytes.length);
    const refresh = `/api/datasets/${id}/xet-read-token/main`;
    return await resolved(request, url, content, bytes, { large, refresh });
  }
  switch (`${request.method} ${action}`) {
    case "GET ":
      return Response.json({ id, private: !datasets.open.has(id) });
    case "GET xet-write-token":
    case "GET xet-read-token":
      return contentToken(content, url);
    case "GET revision":
      return Response.json({ id, sha: await snapshot(source, join(state.folder, "commits"), datasets) });
    case "GET tree":
      return await listing(url, source, path.join("/"), "");
    case "POST paths-info":
      return await pathsInfo(request, source);
    case "POST preupload":
      return Response.json({
        files: v.parse(preupload, await request.json()).files.map(({ path, size }) => ({
          path,
          uploadMode: isLarge(path, size) ? "lfs" : "regular",
        })),
      });
    case "POST commit":
      return await commit(request, url, folder, join(state.folder, "commits"), content, datasets);
    default:
      return undefined;
  }
}

async function create(
  state: StorageState,
  url: URL,
  { open }: Datasets,
  { organization, name, visibility }: v.InferOutput<typeof newRepository>,
): Promise<Response> {
  const id = `${organization}/${name}`;
  const folder = join(state.folder, "datasets", organization, name);
  if (await folderExists(folder)) return refuse(409, "You already created this dataset repo");
  await Deno.mkdir(folder, { recursive: true });
  if (visibility === "public") {
    open.add(id);
    state.publicPaths.push(
      new RegExp(`^(/api)?/datasets/${RegExp.escape(id)}(/(tree|resolve|revision|xet-read-token)|$)`),
    );
  }
  return Response.json({ url: `${url.origin}/datasets/${id}`, id });
}

async function largeFileBatch(
  request: Request,
  url: URL,
  id: string,
  content: Content,
  { chunked }: Datasets,
): Promise<Response> {
  const { transfers, objects } = v.parse(largeFiles, await request.json());
  const transfer = chunked && transfers.includes("xet") ? "xet" : "basic";
  const upload = (oid: string): object =>
    transfer === "basic" ? { href: `${url.origin}/lfs/${oid}` } : {
      href: `${url.origin}/api/datasets/${id}/xet-write-token/main`,
      header: {
        "X-Xet-Session-Id": "session",
        "X-Xet-Cas-Url": `${url.origin}/cas`,
        "X-Xet-Access-Token": content.token,
        "X-Xet-Token-Expiration": `${Math.floor(Date.now() / 1000) + 3600}`,
      },
    };
  return Response.json({
    transfer,
    objects: objects.map(({ oid, size }) => ({
      ...{ oid, size },
      // What is there already is not asked for again.
      ...content.store.file(oid) === undefined ? { actions: { upload: upload(oid) } } : {},
    })),
  });
}

/** All of it or nothing. */
async function commit(
  request: Request,
  url: URL,
  folder: string,
  commits: string,
  { store }: Content,
  datasets: Datasets,
): Promise<Response> {
  const lines = (await request.text()).split("\n").map((line) => v.parse(commitLine, JSON.parse(line)));
  const changes: { path: string; bytes: Uint8Array | undefined }[] = [];
  for (const line of lines) {
    if (line.key === "header") continue;
    const { path } = line.value;
    if (!isPlainPath(path)) return refuse(400, `Bad path ${path}`);
    if (line.key === "deletedFile") changes.push({ path, bytes: undefined });
    if (line.key === "file") changes.push({ path, bytes: Uint8Array.fromBase64(line.value.content) });
    if (line.key === "lfsFile") {
      const bytes = store.file(line.value.oid);
      if (bytes === undefined || await sha256(bytes) !== line.value.oid || bytes.length !== line.value.size) {
        return refuse(400, `Unknown content of ${path}`);
      }
      changes.push({ path, bytes });
    }
  }
  for (const { path, bytes } of changes) {
    if (bytes === undefined) await removeStored(folder, path);
    else await writeStored(folder, path, bytes);
  }
  const oid = await snapshot(folder, commits, datasets);
  return Response.json({ commitOid: oid, commitUrl: `${url.origin}/commit/${oid}`, hookOutput: "" });
}

/** Keeps the files as they are now; returns the id of that commit. */
async function snapshot(folder: string, commits: string, datasets: Datasets): Promise<string> {
  const oid = crypto.randomUUID().replaceAll("-", "");
  await Deno.mkdir(join(commits, oid), { recursive: true });
  for (const { path } of await filesBelow(folder)) {
    await writeStored(join(commits, oid), path, await readStored(folder, path) ?? new Uint8Array());
  }
  datasets.commits.set(oid, join(commits, oid));
  return oid;
}
