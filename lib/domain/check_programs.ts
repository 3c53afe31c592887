import { UserError } from "../errors.ts";
import type { Domain } from "./domain.ts";

/**
 * Refuses a domain that starts programs which this process may not start.
 *
 * @param mayStart Whether a program may be started; what Deno granted when left out.
 * @throws {UserError} With one sentence that names the program and the option that grants it.
 *
 * @example
 * ```ts
 * import { checkPrograms } from "exitlab/lib/domain/check_programs.ts";
 * import { tinyFiles } from "exitlab";
 *
 * await checkPrograms(tinyFiles(), () => Promise.resolve(false)); // It starts none.
 * ```
 */
export async function checkPrograms(
  { kind, permissions }: Pick<Domain, "kind" | "permissions">,
  mayStart: (program: string) => Promise<boolean> = granted,
): Promise<void> {
  for (const program of permissions?.run ?? []) {
    if (await mayStart(program)) continue;
    throw new UserError(`Domain "${kind}" starts ${program}, and may not; add --run ${program}`);
  }
}

async function granted(command: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "run", command });
  return state === "granted";
}
