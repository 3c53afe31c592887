import { UserError } from "../errors.ts";
import { accessVerbs, type DeclaredAccess, declaredAccess, isGranted } from "./declared_access.ts";
import type { Domain } from "./domain.ts";

/**
 * Refuses a domain that declares what this process may not do: a host to call, a file to read, a program to start.
 *
 * @param may Whether something may be done; what Deno granted when left out.
 * @throws {UserError} With one sentence that names it and the option that grants it.
 *
 * @example
 * ```ts
 * import { checkAccess } from "exitlab/lib/domain/check_access.ts";
 * import { tinyFiles } from "exitlab";
 *
 * await checkAccess(tinyFiles(), () => Promise.resolve(false)); // It declares nothing.
 * ```
 */
export async function checkAccess(
  { kind, permissions }: Pick<Domain, "kind" | "permissions">,
  may: (access: DeclaredAccess) => Promise<boolean> = isGranted,
): Promise<void> {
  for (const access of declaredAccess(permissions)) {
    if (await may(access)) continue;
    const { name } = access;
    throw new UserError(
      `Domain "${kind}" ${accessVerbs[access.kind]} ${name}, and may not; add --${access.kind} ${name}`,
    );
  }
}
