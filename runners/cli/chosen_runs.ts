import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { exists } from "../../lib/exists.ts";
import { listRemoteRuns, type RemoteRun } from "../hf/remote_run.ts";
import type { CommandLine } from "./command.ts";

/**
 * The remote runs that are to be followed: those that are named; all that are not here yet if none is.
 *
 * @param hub The Hub's address.
 * @throws {UserError} If there is none of that name, or it was submitted elsewhere.
 */
export async function chosenRuns(
  line: CommandLine,
  hub: string,
  names: readonly string[],
): Promise<RemoteRun[]> {
  const runs = line.value("runs") ?? "runs";
  const namespace = line.value("namespace");
  const known = (await listRemoteRuns(runs)).filter((remote) =>
    (namespace ?? remote.namespace) === remote.namespace
  );
  const remotes = names.length === 0 ? known : names.map((name) => {
    const remote = known.find(({ run }) => run === name);
    if (remote !== undefined) return remote;
    throw new UserError(
      `Found no run "${name}"${
        namespace === undefined ? "" : ` of ${namespace}`
      } in ${runs} that was submitted with ` +
        "--runner hf",
    );
  });
  if (remotes.length === 0) {
    throw new UserError(`Found no run in ${runs} that was submitted with --runner hf`);
  }
  const wanted: RemoteRun[] = [];
  for (const remote of new Set(remotes)) {
    if (names.length > 0 || line.flag("weights") || !await exists(join(runs, remote.run, finishedMark))) {
      wanted.push(remote);
    }
  }
  const strange = wanted.find((remote) => remote.hub !== hub);
  if (strange === undefined) return wanted;
  throw new UserError(
    `Run ${strange.run} was submitted to ${strange.hub}; name it and --hub ${strange.hub} to follow it`,
  );
}
