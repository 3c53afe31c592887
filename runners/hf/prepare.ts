/**
 * Makes the jobs of a plan ready: what they take along is uploaded once, under a name that its content decides, and each run's
 * folder here says how a job for it is made.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import type { ArmPlacement, Placement, Plan } from "../../lib/experiment/plan.ts";
import type { Job } from "../../lib/experiment/settings.ts";
import { contentHash } from "../../lib/json.ts";
import { writePlanFile } from "../../lib/loop/plan_file.ts";
import type { RemoteFiles } from "./hub/remote_files.ts";
import { type BundleFile, gatherBundle, packBundle } from "./job/bundle.ts";
import { type CellEngine, type CellFile, workMark } from "./job/cell_file.ts";
import { engineCommands } from "./plan/engine_commands.ts";
import { remoteFormat, type RemoteRun, writeRemoteRun } from "./remote_run.ts";

/** Where the bucket is mounted in a container. */
const mountPath = "/exitlab";

/** The port on which a server listens in a container. */
const port = 8000;

/** A folder with a model, as a container sees it. */
type ServedModel = { readonly folder: string; readonly weights: boolean };

/** What is to be made ready. */
export interface Preparation {
  /** The plan, with its placement. */
  readonly plan: Plan;
  /** Where its jobs run. */
  readonly placement: Placement;
  /** Its jobs. */
  readonly jobs: readonly Job[];
  /** exitlab's folder. */
  readonly checkout: string;
  /** The folder of all runs. */
  readonly runs: string;
  /** Files and folders that jobs need beside the experiment's modules. */
  readonly include: readonly string[];
  /** The folder of a model that is not on the Hub; `null` for none. */
  readonly model: string | null;
  /** Hosts that operators may call. */
  readonly hosts: readonly string[];
  /** The Hub's address, whom jobs are billed to, and the bucket. */
  readonly hub: string;
  readonly namespace: string;
  readonly bucket: string;
}

/** A plan that is ready to be submitted. */
export interface Prepared {
  /** Its runs. */
  readonly remotes: readonly RemoteRun[];
  /** Uploads what they take along, unless it is there already; returns its bytes. */
  upload(files: RemoteFiles): Promise<number>;
}

/**
 * Makes a plan's jobs ready, on this machine alone.
 *
 * @throws {UserError} If something that a job needs is missing.
 */
export async function prepare(preparation: Preparation): Promise<Prepared> {
  const { plan, placement, jobs, checkout, runs, include, model } = preparation;
  const { file } = plan.experiment;
  if (file === null) throw new UserError("Expected the plan to name its experiment's file but found none");
  const content = await gatherBundle(checkout, file, [...include, ...(model === null ? [] : [model])]);
  const planFile = "exitlab-plan.json";
  const frozen = { ...plan, placement, experiment: { ...plan.experiment, file: content.experiment } };
  const files: BundleFile[] = [...content.files, { path: planFile, from: json(frozen) }];
  const { archive, hash: bundleHash } = await packBundle(files);
  const served = model === null ? null : await modelFolder(model, content.included.get(model) ?? "");
  const cells = jobs.map((job) => ({
    job,
    cell: cellFile(job, armPlacement(placement, job.arm), served, planFile, preparation.hosts),
  }));
  if (served !== null && cells.every(({ cell }) => cell.engine === null)) {
    throw new UserError(
      `Cannot use --model ${model} with the embedded engine, which reads no model; leave it out`,
    );
  }
  const start = await Deno.readFile(new URL("./job/start.sh", import.meta.url));
  const hash = contentHash({
    bundle: bundleHash,
    start: new TextDecoder().decode(start),
    cells: cells.map(({ cell }) => cell),
  }).slice(0, 16);
  const beside = `${plan.hash.slice(0, 32)}/bundles/${hash}`;
  const remotes = cells.map(({ job, cell }) =>
    remoteRun(preparation, job, cell, { folder: beside, checkout: content.checkout })
  );
  const send = async (bucket: RemoteFiles): Promise<void> => {
    await bucket.upload([
      { path: `${beside}/bundle.tar.gz`, content: archive },
      { path: `${beside}/start.sh`, content: start },
      { path: `${beside}/plan.json`, content: json(frozen) },
      ...cells.map(({ job, cell }) => ({ path: `${beside}/cells/${job.id}.json`, content: json(cell) })),
    ], `Bundle ${hash} of plan ${plan.name}`);
    // A bucket takes files one by one; this one says that all others are there.
    await bucket.upload(
      [{ path: `${beside}/complete`, content: json({ hash }) }],
      `Bundle ${hash} is complete`,
    );
  };
  return {
    remotes,
    upload: async (bucket) => {
      const isThere = (await bucket.list(beside)).some(({ path }) => path === `${beside}/complete`);
      if (!isThere) await send(bucket);
      // After the bundle: what is written here can be submitted by other commands.
      for (const remote of remotes) {
        await writeRemoteRun(runs, remote);
        await writePlanFile(join(runs, remote.run), { ...plan, placement });
      }
      return isThere ? 0 : archive.length;
    },
  };
}

function armPlacement({ arms }: Placement, arm: string): ArmPlacement {
  const placed = arms[arm];
  if (placed === undefined) {
    throw new UserError(`The plan does not say where arm "${arm}" runs; plan it again`);
  }
  return placed;
}

/** The folder of a model in a container, and whether it has weights; without, the server makes random ones. */
async function modelFolder(path: string, inArchive: string): Promise<ServedModel> {
  if (!(await Deno.stat(path)).isDirectory) {
    throw new UserError(`Expected --model to be the folder of a model but found the file "${path}"`);
  }
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  return {
    folder: `${workMark}/${inArchive}`,
    weights: names.some((name) => /\.(safetensors|bin)$/.test(name)),
  };
}

function cellFile(
  job: Job,
  placed: ArmPlacement,
  model: ServedModel | null,
  plan: string,
  hosts: readonly string[],
): CellFile {
  return {
    format: "exitlab.cell/1",
    run: job.id,
    plan,
    engine: cellEngine(job, placed, model),
    programs: [...job.settings.domain.permissions?.run ?? []],
    hosts: [...hosts],
    seconds: placed.timeoutSeconds,
  };
}

/** The server of a cell; its paths are those of the container. */
function cellEngine(job: Job, placed: ArmPlacement, model: ServedModel | null): CellEngine | null {
  const commands = engineCommands(placed, job.settings, { port, checkpoints: `${workMark}/engine`, model });
  if (commands === null) return null;
  const { setup, start, health } = commands;
  return {
    setup,
    // Looked up when it is started: it may be there only once the setup is done.
    start: start[0] === "bash" ? start : ["bash", "-c", 'exec "$@"', "bash", ...start],
    health,
    url: `http://127.0.0.1:${port}`,
    server: placed.engine === "skyrl" ? "skyrl" : "exitlab",
  };
}

/** Words of the command that allow what the cell calls and starts. */
function allowances({ engine, programs, hosts }: CellFile): string[] {
  const servers = engine === null ? [] : [new URL(engine.url).host];
  const started = engine === null
    ? []
    : [...engine.setup, engine.start].flatMap(([program]) => program ?? []);
  return [
    ...[...new Set([...servers, ...hosts])].flatMap((host) => ["--net", host]),
    ...[...new Set([...started, ...programs])].flatMap((program) => ["--run", program]),
  ];
}

function remoteRun(
  { placement, hub, namespace, bucket }: Preparation,
  job: Job,
  cell: CellFile,
  bundle: { readonly folder: string; readonly checkout: string },
): RemoteRun {
  const placed = armPlacement(placement, job.arm);
  return {
    format: remoteFormat,
    hub,
    namespace,
    bucket,
    run: job.id,
    arm: job.arm,
    seed: job.seed,
    cell: job.hash.slice(0, 32),
    job: {
      dockerImage: placed.image,
      command: ["bash", `${mountPath}/${bundle.folder}/start.sh`, job.id, ...allowances(cell)],
      arguments: [],
      flavor: placed.flavor,
      environment: {
        EXITLAB_DENO: Deno.version.deno,
        EXITLAB_CHECKOUT: bundle.checkout,
      },
      timeoutSeconds: placed.timeoutSeconds,
      volumes: [{ type: "bucket", source: bucket, mountPath, readOnly: false }],
    },
    secrets: [...placement.secrets],
    pricePerHour: placed.pricePerHour,
  };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
