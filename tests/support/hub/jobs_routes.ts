/**
 * The stand-in's routes of jobs, with the shapes that are published.
 *
 * @module
 */
import * as v from "valibot";
import type { Json } from "exitlab/lib/json.ts";
import { jobSpecSchema } from "exitlab/runners/hf/hub/job_spec.ts";
import type { HubState, Routes } from "./hub_server.ts";
import { hardwareList } from "./hardware_list.ts";
import { streamLog } from "./job_logs.ts";
import { referenceFaults } from "./job_reference.ts";
import type { StoredJob } from "./job_store.ts";

export { type JobExecutor, JobStore, type StoredJob, type StoredSpec } from "./job_store.ts";

/** The Hub's time-out where none is sent. */
export const defaultTimeoutSeconds = 1800;

/** `/api/jobs/…` and `/api/whoami-v2`. */
export const jobsRoutes: Routes = async (request, url, state) => {
  if (url.pathname === "/api/whoami-v2") {
    const accessToken = { displayName: "test", role: "write", createdAt: "2026-01-01T00:00:00.000Z" };
    const auth = { type: "access_token", accessToken };
    return Response.json({
      type: "user",
      id: "0123",
      name: state.user,
      fullname: state.user,
      avatarUrl: "",
      canPay: true,
      isPro: false,
      orgs: [],
      auth,
    });
  }
  if (url.pathname === "/api/jobs/hardware") return Response.json(hardwareList);
  const match = /^\/api\/jobs\/([^/]+)(?:\/([^/]+)(?:\/(\w+))?)?$/.exec(url.pathname);
  if (match === null) return undefined;
  const [, namespace = "", id, action = ""] = match.map((part) =>
    part === undefined ? part : decodeURIComponent(part)
  );
  if (namespace !== state.user) return refuse(403, `You have no right to the jobs of ${namespace}`);
  if (id === undefined) {
    if (request.method === "POST") return await create(request, namespace, state);
    if (request.method === "GET") return list(url, namespace, state);
    return refuse(405, "Method not allowed");
  }
  const job = state.jobs.get(id);
  if (job === undefined) return refuse(404, "Job not found");
  switch (`${request.method} ${action}`) {
    case "GET ":
      return Response.json(state.jobs.look(job));
    case "GET logs": {
      const tail = url.searchParams.get("tail");
      return streamLog(job, tail === null ? undefined : Number(tail), `${url.pathname}${url.search}`, state);
    }
    case "POST cancel":
      if (!state.jobs.cancel(id)) return refuse(409, "Job is not running");
      return Response.json(state.jobs.show(job));
    case "POST duplicate":
      return Response.json(state.jobs.show(state.jobs.create(namespace, job.spec)));
    case "PUT labels":
      return await replaceLabels(request, job, state);
    default:
      return refuse(404, "Not found");
  }
};

async function create(request: Request, namespace: string, state: HubState): Promise<Response> {
  const body = await readJson(request);
  const faults = referenceFaults(body);
  if (faults.length > 0) return refuse(400, `Invalid job: ${faults.join("; ")}`);
  const result = v.safeParse(jobSpecSchema, withTimeout(body));
  if (!result.success) {
    return refuse(
      400,
      `Invalid job: ${result.issues.map(({ message }) => message).join("; ")}`,
    );
  }
  const empty = { arguments: [], environment: {}, secrets: {}, labels: {}, volumes: [] };
  return Response.json(state.jobs.show(state.jobs.create(namespace, { ...empty, ...result.output })));
}

function withTimeout(body: unknown): unknown {
  return typeof body === "object" && body !== null && !("timeoutSeconds" in body)
    ? { ...body, timeoutSeconds: defaultTimeoutSeconds }
    : body;
}

/** One page: those in one of the stages, with all the labels; the header `Link` leads to the next. */
function list(url: URL, namespace: string, { jobs }: HubState): Response {
  const stages = url.searchParams.getAll("stage");
  const labels = url.searchParams.getAll("label").map((label) => label.split("=", 2));
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const found = jobs.listed(namespace).filter(({ labels: has }) =>
    labels.every(([key = "", value]) => has[key] === value)
  ).filter(({ stage }) => stages.length === 0 || stages.includes(stage));
  const page: Json[] = found.slice(start, start + jobs.pageSize).map((job) => jobs.show(job));
  const headers = new Headers();
  if (start + jobs.pageSize < found.length) {
    const next = new URL(url);
    next.searchParams.set("cursor", String(start + jobs.pageSize));
    headers.set("link", `<${next}>; rel="next"`);
  }
  return Response.json(page, { headers });
}

async function replaceLabels(request: Request, job: StoredJob, { jobs }: HubState): Promise<Response> {
  const schema = v.strictObject({ labels: v.record(v.string(), v.string()) });
  const result = v.safeParse(schema, await readJson(request));
  if (!result.success) return refuse(400, "Invalid labels");
  job.labels = result.output.labels;
  return Response.json(jobs.show(job));
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
