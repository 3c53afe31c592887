import { join } from "node:path";
import { type Outcome, root } from "./command_line.ts";

/** A project that lies outside of exitlab's folder, as a stranger has it. */
export interface StrangeProject {
  /** Its folder. */
  readonly folder: string;
  /** Runs Deno in it, where no host but this machine is reached. */
  deno(...words: readonly string[]): Promise<Outcome>;
  /** Removes it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A copy of `examples/plugin_project` elsewhere; nothing is changed but where exitlab is. */
export async function strangeProject(): Promise<StrangeProject> {
  const folder = await Deno.makeTempDir();
  await copy(join(root, "examples/plugin_project"), folder);
  const config = join(folder, "deno.json");
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replace('"../.."', JSON.stringify(root.replace(/\/$/, ""))));
  await Deno.writeTextFile(join(folder, "deno.lock"), await ownVersions());
  return {
    folder,
    deno: async (...words) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...words],
        cwd: folder,
        env: { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1", HF_TOKEN: "", NO_COLOR: "1" },
        stdin: "null",
      }).output();
      return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** A lock file with the versions that are here, so that none is looked up. What depends on them is another project's. */
async function ownVersions(): Promise<string> {
  const { workspace: _, ...versions } = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  return JSON.stringify(versions);
}

async function copy(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "runs" || name === "deno.lock") continue;
    if (!isDirectory) await Deno.copyFile(join(from, name), join(to, name));
    else {
      await Deno.mkdir(join(to, name));
      await copy(join(from, name), join(to, name));
    }
  }
}
