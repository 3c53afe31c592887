import { join } from "node:path";
import { datasetFolder } from "../../lib/domain/dataset_folder.ts";
import { isHubHost } from "../../lib/hub_token.ts";
import { covers } from "./covers.ts";
import { checkHostNames, flag } from "./launch.ts";
import { exitlabFolder } from "./project.ts";

/** What a command line allows to the part that it checks, if the part declares it. */
export interface Allowed {
  /** Hosts, as `host` or `host:port`. */
  readonly net: readonly string[];
  /** Files and folders to read. */
  readonly read: readonly string[];
  /** Programs to start. */
  readonly run: readonly string[];
}

/** exitlab's own folder, if it has one. */
const exitlab = exitlabFolder();

/** What may be read while a part is loaded: modules lie in the project's folder, in its own or in exitlab's. */
const whileLoading: readonly string[] = [".", ...exitlab === null ? [] : [exitlab]];

/**
 * What any part may read while it is played beside what it declares: its own folder, and the data that exitlab brings.
 *
 * @param folder Its own; `null` where it has none.
 */
export function ownFolders(folder: string | null): string[] {
  const brought = exitlab === null ? [] : ["domains", "lib"].map((name) => join(exitlab, name));
  return [...brought, ...folder === null ? [] : [folder]];
}

/**
 * The permission flags of the process in which a part is checked. While the part is loaded it has what any has that is run;
 * what it does not declare is then taken from it.
 *
 * @throws {UserError} If a host or a name cannot be that of a permission.
 */
export function validateGrants(folder: string | null, { net, read, run }: Allowed): string[] {
  checkHostNames(net);
  return [
    ...flag("read", [...whileLoading, ...ownFolders(folder), ...read]),
    ...flag("net", net),
    ...flag("run", run),
    // As for a run: a data set of a host is kept once it is fetched, and the token is for Hugging Face.
    ...flag("write", net.length > 0 ? [datasetFolder] : []),
    ...flag("env", net.some(isHubHost) ? ["HF_TOKEN"] : []),
  ];
}

/** Takes from this process what it needed to load a part, and what is allowed but not declared. */
export async function giveUp(allowed: Allowed, declared: Allowed): Promise<void> {
  const gone: Deno.PermissionDescriptor[] = [
    ...whileLoading.map((path) => ({ name: "read", path }) as const),
    { name: "write" },
    { name: "env" },
    ...allowed.read.filter((path) => !declared.read.some((wanted) => covers("read", path, wanted)))
      .map((path) => ({ name: "read", path }) as const),
    ...allowed.net.filter((host) => !declared.net.some((wanted) => covers("net", host, wanted)))
      .map((host) => ({ name: "net", host }) as const),
    ...allowed.run.filter((program) => !declared.run.includes(program))
      .map((command) => ({ name: "run", command }) as const),
  ];
  for (const descriptor of gone) await Deno.permissions.revoke(descriptor);
}
