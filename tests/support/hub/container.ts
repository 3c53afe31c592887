/**
 * Runs a job of the stand-in for real: its very command, in a container that has this machine's programs, the job's volumes and
 * environment, an empty home and no network but loopback. Where there is no bubblewrap, the command runs as a plain
 * process, with the mounted folder's own path in its words.
 */
import { dirname, join } from "node:path";
import { root } from "../command_line.ts";
import type { HubState } from "./hub_server.ts";
import type { JobExecutor } from "./jobs_routes.ts";

/** What a container is started with beside its job. */
export interface ContainerOptions {
  /** The stand-in whose buckets are mounted; asked when a job starts. */
  readonly state: () => HubState;
  /** Folders of this machine that are in the container too, read-only. */
  readonly folders?: readonly string[];
  /** Folders with programs of its own, which come first. */
  readonly programs?: readonly string[];
}

/** Whether containers can be had here. */
export const containers: boolean = await canContain();

/** Whether a plain process is begun with a group of its own. */
const groups = !containers && Deno.build.os === "linux";

/** Where this machine's own programs are. */
const system = ["usr", "bin", "sbin", "lib", "lib64", "etc", "opt"];

/** An executor that starts each job as a process of its own. */
export function containerExecutor(
  { state, folders = [], programs = [] }: ContainerOptions,
): JobExecutor {
  return async ({ spec, log, signal }) => {
    const home = await Deno.makeTempDir({ prefix: "container-" });
    for (const name of ["tmp", "home"]) await Deno.mkdir(join(home, name));
    const mounts = spec.volumes.map(({ source, path = "", mountPath }) => ({
      from: join(state().folder, "buckets", source, path),
      to: mountPath,
    }));
    for (const { from } of mounts) await Deno.mkdir(from, { recursive: true });
    const environment = {
      PATH: [...programs, dirname(Deno.execPath()), Deno.env.get("PATH") ?? ""].join(":"),
      JOB_ID: "stand-in",
      ...spec.environment,
      ...spec.secrets,
    };
    const words = [...spec.command, ...spec.arguments];
    const [program = "", ...args] = containers ? await contained(words, home, mounts, folders) : [
      ...groups ? ["setsid"] : [],
      ...words.map((word) =>
        mounts.reduce(
          (text, { from, to }) => text.startsWith(`${to}/`) ? from + text.slice(to.length) : text,
          word,
        )
      ),
    ];
    const cache = await denoCache();
    const child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: containers
        ? { ...environment, HOME: "/root", DENO_DIR: "/root/.deno-dir" }
        : { ...environment, HOME: join(home, "home"), TMPDIR: join(home, "tmp"), DENO_DIR: cache },
      cwd: containers ? "/" : home,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const kill = (): void => {
      try {
        // What the command has started ends with it: of a container all, of a plain process its group.
        if (groups) Deno.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
      }
    };
    signal.addEventListener("abort", kill);
    if (signal.aborted) kill();
    await Promise.all([eachLine(child.stdout, log), eachLine(child.stderr, log)]);
    const { code } = await child.status;
    signal.removeEventListener("abort", kill);
    await Deno.remove(home, { recursive: true });
    return code === 0 ? { ok: true } : { ok: false, message: `Job failed with exit code: ${code}` };
  };
}

interface Mount {
  readonly from: string;
  readonly to: string;
}

/** The words of bubblewrap before a command: an empty root with what is named, and loopback alone. */
async function contained(
  words: readonly string[],
  home: string,
  mounts: readonly Mount[],
  folders: readonly string[],
): Promise<string[]> {
  const own: string[] = [];
  for (const name of system) {
    const info = await Deno.lstat(`/${name}`).catch(() => undefined);
    if (info?.isSymlink === true) own.push("--symlink", await Deno.readLink(`/${name}`), `/${name}`);
    else if (info?.isDirectory === true) own.push("--ro-bind", `/${name}`, `/${name}`);
  }
  const deno = dirname(await Deno.realPath(Deno.execPath()));
  const packages = join(await denoCache(), "npm");
  return [
    "bwrap",
    ...["--tmpfs", "/", ...own, "--dev", "/dev", "--proc", "/proc"],
    ...["--unshare-net", "--unshare-pid", "--die-with-parent"],
    ...["--bind", join(home, "tmp"), "/tmp", "--bind", join(home, "home"), "/root"],
    ...["--ro-bind", packages, "/root/.deno-dir/npm"],
    ...[dirname(Deno.execPath()), deno, ...folders].flatMap((folder) =>
      system.includes(folder.split("/")[1] ?? "") ? [] : ["--ro-bind", folder, folder]
    ),
    ...mounts.flatMap(({ from, to }) => ["--bind", from, to]),
    ...["--chdir", "/", "--", ...words],
  ];
}

/** This Deno's cache, in which packages lie: a container has no network to fetch them through. */
async function denoCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: root })
    .output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

async function canContain(): Promise<boolean> {
  try {
    const args = ["--tmpfs", "/", "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/lib", "/lib"];
    const more = ["--ro-bind-try", "/lib64", "/lib64", "--unshare-net", "--unshare-pid", "/usr/bin/true"];
    const { success } = await new Deno.Command("bwrap", { args: [...args, ...more], stderr: "null" })
      .output();
    return success;
  } catch {
    return false;
  }
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  log: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) log(line);
  }
  if (rest !== "") log(rest);
}
