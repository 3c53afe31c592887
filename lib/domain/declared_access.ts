import type { DomainPermissions } from "./domain.ts";

/** What of a machine can be declared. */
export type AccessKind = "net" | "read" | "run";

/** Something that a domain, or an operator, says it touches. */
export interface DeclaredAccess {
  /** A host to call, a file or folder to read, or a program to start. */
  readonly kind: AccessKind;
  /** Which. */
  readonly name: string;
}

/** What is done with each kind, as in `calls example.com`. */
export const accessVerbs: Readonly<Record<AccessKind, string>> = {
  net: "calls",
  read: "reads",
  run: "starts",
};

/** All that a domain declares, in the order of the kinds. */
export function declaredAccess({ net = [], read = [], run = [] }: DomainPermissions = {}): DeclaredAccess[] {
  const of = (kind: AccessKind, names: readonly string[]) => names.map((name) => ({ kind, name }));
  return [...of("net", net), ...of("read", read), ...of("run", run)];
}

/** Whether Deno granted it to this process. */
export async function isGranted({ kind, name }: DeclaredAccess): Promise<boolean> {
  const descriptor: Deno.PermissionDescriptor = kind === "net"
    ? { name: kind, host: name }
    : kind === "read"
    ? { name: kind, path: name }
    : { name: kind, command: name };
  return (await Deno.permissions.query(descriptor)).state === "granted";
}
