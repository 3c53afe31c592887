import { denialFix } from "../../lib/domain/denial.ts";
import type { Finding } from "../../lib/domain/finding.ts";
import { covers } from "./covers.ts";
import { ownFolders } from "./validate_grants.ts";
import type { LoadedPart } from "./validate_protocol.ts";

/** Something that a part asked the system for. */
export interface Access {
  /** The kind of permission that it takes, such as `"read"`. */
  readonly kind: string;
  /** What of, such as a path or `host:port`. */
  readonly what: string;
  /** Whether it was played, and not only loaded. */
  readonly playing: boolean;
}

/** What a line of Deno's audit of permissions says; `undefined` if it is no such line. */
export function readAccess(line: string, playing: boolean): Access | undefined {
  if (!/^\{"v":\d+,"datetime":/.test(line)) return undefined;
  try {
    const { permission, value }: { permission?: unknown; value?: unknown } = JSON.parse(line);
    return { kind: String(permission), what: typeof value === "string" ? value : "", playing };
  } catch {
    // The part may write what looks like one.
    return undefined;
  }
}

/** What a part asked for while it was played and does not declare, unless a finding tells of it already. */
export function undeclared(
  { declared }: LoadedPart,
  accesses: readonly Access[],
  folder: string | null,
  known: readonly Finding[],
): Finding[] {
  const may = (kind: string, what: string): boolean => {
    if (kind === "read") {
      return [...ownFolders(folder), ...declared.read].some((path) => covers("read", path, what));
    }
    return kind === "net" && declared.net.some((host) => covers("net", host, what));
  };
  const told = (kind: string, what: string): boolean =>
    known.some(({ check, message }) =>
      check === "permissions" && message.includes(`${kind} access`) && message.includes(`"${what}"`)
    );
  const found = new Map<string, Finding>();
  for (const { kind, what, playing } of accesses) {
    if (!playing || may(kind, what) || told(kind, what)) continue;
    found.set(`${kind} ${what}`, {
      check: "permissions",
      message:
        `It asks for ${kind} access${
          what === "" ? "" : ` to "${what}"`
        }, which it does not declare, and goes on ` +
        "without",
      fix: denialFix({ kind, what: what === "" ? null : what }),
    });
  }
  return [...found.values()];
}

/** Files and hosts that a part declares, and nothing of it asked for. */
export function unused({ declared }: LoadedPart, accesses: readonly Access[]): Finding[] {
  const asked = (kind: "read" | "net", granted: string): boolean =>
    accesses.some((access) => access.kind === kind && covers(kind, granted, access.what));
  return [
    ...declared.read.filter((path) => !asked("read", path)).map((path) => unusedFinding("read", path)),
    ...declared.net.filter((host) => !asked("net", host)).map((host) => unusedFinding("net", host)),
  ];
}

/** A permission that nothing needed. */
export function unusedFinding(kind: "read" | "net" | "run", what: string): Finding {
  const did = { read: "read", net: "called", run: "needed" }[kind];
  return {
    check: "permissions",
    message: `Nothing that was played ${did} "${what}", which permissions.${kind} asks for`,
    fix: `Take ${
      JSON.stringify(what)
    } out of permissions.${kind}; whoever runs the domain has to allow all that it asks`,
  };
}
