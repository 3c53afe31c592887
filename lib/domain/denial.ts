/** Access that Deno refused. */
export interface Denial {
  /** What kind, such as `"read"`, `"net"` or `"env"`. */
  readonly kind: string;
  /** To what, such as a path or a host; `null` where it was to all of a kind. */
  readonly what: string | null;
}

/**
 * The access that an error says was refused, in itself or in what caused it; `undefined` if it says none.
 *
 * @example
 * ```ts
 * import { denialOf } from "exitlab/lib/domain/denial.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new Deno.errors.NotCapable('Requires read access to "/etc/motd", run again with the --allow-read flag');
 * assert.deepEqual(denialOf(new Error("no greeting", { cause: error })), { kind: "read", what: "/etc/motd" });
 * assert.equal(denialOf(new Error("no greeting")), undefined);
 * ```
 */
export function denialOf(error: unknown): Denial | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const denied = /Requires (\w+) access(?: to "([^"]+)")?/.exec(at.message);
    if (denied !== null) return { kind: denied[1] ?? "some", what: denied[2] ?? null };
  }
  return undefined;
}

/** How a domain comes to what it was refused: which field to write, or what to do without. */
export function denialFix({ kind, what }: Denial): string {
  if (kind === "read" || kind === "net" || kind === "run") {
    const beside = kind === "read" ? ", or keep the file in the domain's own folder" : "";
    return `Declare it beside "traits": permissions: { ${kind}: [${JSON.stringify(what ?? "…")}] }${beside}`;
  }
  if (kind === "env") {
    return 'No domain may read the environment; make it an option in "schema" that the experiment sets';
  }
  if (kind === "write") return "No domain may write files; keep what a later turn needs in the state";
  if (kind === "import") return "Keep the module in the domain's own folder, or in an npm package";
  return `No domain may have ${kind} access; do without, or make what it tells an option in "schema"`;
}
