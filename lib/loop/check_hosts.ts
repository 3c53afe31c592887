import { UserError } from "../errors.ts";
import type { Job } from "../experiment/settings.ts";

/**
 * Refuses a job whose operators call hosts that this process may not reach.
 *
 * @param mayReach Whether a host, as `host` or `host:port`, may be reached; what Deno granted when left out.
 * @throws {UserError} With one sentence that names the host and the option that grants it.
 *
 * @example
 * ```ts
 * import { checkHosts } from "exitlab/lib/loop/check_hosts.ts";
 * import { compile } from "exitlab";
 * import experiment from "exitlab/experiments/exit_math.ts";
 *
 * for (const job of compile(experiment).jobs) await checkHosts(job, () => Promise.resolve(false));
 * ```
 */
export async function checkHosts(
  { arm, settings }: Job,
  mayReach: (host: string) => Promise<boolean> = granted,
): Promise<void> {
  for (const { kind, hosts = [] } of settings.operators) {
    for (const host of hosts) {
      if (await mayReach(host)) continue;
      throw new UserError(
        `Arm "${arm}" has operators.${kind}, which calls ${host}, and may not reach it; add --net ${host}`,
      );
    }
  }
}

async function granted(host: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "net", host });
  return state === "granted";
}
