import {
  type AccessKind,
  type DeclaredAccess,
  declaredAccess,
  isGranted,
} from "../../lib/domain/declared_access.ts";
import type { Job } from "../../lib/experiment/settings.ts";
import type { CommandLine } from "./command.ts";
import { covers } from "./covers.ts";
import { section } from "./plan_section.ts";
import { printable } from "./printable.ts";

const kinds = ["net", "read", "run"] as const;

/** What a part of some arms says it touches. */
interface Declaration {
  readonly part: string;
  readonly arms: Set<string>;
  readonly access: readonly DeclaredAccess[];
}

/**
 * The section of a plan that says what each domain and operator declares that it touches, what of that is granted to this
 * command, and what is granted that none of them declares.
 *
 * @param may Whether something is granted; what Deno granted when left out.
 */
export async function accessSection(
  jobs: readonly Job[],
  line: CommandLine,
  may: (access: DeclaredAccess) => Promise<boolean> = isGranted,
): Promise<string[]> {
  const declarations = declarationsOf(jobs);
  const several = new Set(jobs.map(({ arm }) => arm)).size > 1;
  const rows: string[][] = [];
  for (const { part, arms, access } of declarations) {
    const where = several && arms.size < new Set(jobs.map(({ arm }) => arm)).size
      ? ` of ${[...arms].join(", ")}`
      : "";
    if (access.length === 0) rows.push([`${part}${where}`, "nothing"]);
    for (const one of access) {
      const state = await may(one) ? "granted" : `missing: add --${one.kind} ${one.name}`;
      rows.push([`${part}${where}`, printable(`${one.kind} ${one.name}  (${state})`)]);
    }
  }
  rows.push(...undeclaredGrants(jobs, line).map((note) => [printable(note.option), note.why]));
  return section(["What may be touched", "as declared"], rows);
}

/** Something that the command line grants and that nothing asks for. */
export interface UndeclaredGrant {
  /** The option, such as `"--net example.com"`. */
  readonly option: string;
  /** What it means that it is granted all the same. */
  readonly why: string;
}

/** What the words of a command grant although no domain and no operator of the jobs declares it. */
export function undeclaredGrants(jobs: readonly Job[], line: CommandLine): UndeclaredGrant[] {
  const declared = declarationsOf(jobs).flatMap(({ access }) => access);
  return kinds.flatMap((kind) =>
    line.values(kind)
      .flatMap((value) => value.split(","))
      .filter((granted) => !declared.some((one) => one.kind === kind && isMeant(kind, granted, one.name)))
      .map((granted) => ({ option: `--${kind} ${granted}`, why: meanings[kind] }))
  );
}

const meanings: Readonly<Record<AccessKind, string>> = {
  net: "declared by no domain or operator; any module of the experiment may call it, as for a data set",
  read: "declared by no domain; any module of the experiment may read it",
  run: "declared by no domain; any module of the experiment may start it, with all that you may do",
};

/** Whether a grant serves what was declared, be it only in part. */
function isMeant(kind: AccessKind, granted: string, declared: string): boolean {
  if (kind === "run") return granted === declared;
  return covers(kind, granted, declared) || covers(kind, declared, granted);
}

function declarationsOf(jobs: readonly Job[]): Declaration[] {
  const found = new Map<string, Declaration>();
  for (const { arm, settings } of jobs) {
    const { domain, operators } = settings;
    const parts: [string, DeclaredAccess[]][] = [
      [`domain ${domain.kind}`, declaredAccess(domain.permissions)],
      ...operators.filter(({ hosts = [] }) => hosts.length > 0)
        .map(({ kind, hosts = [] }): [string, DeclaredAccess[]] => [
          `operators.${kind}`,
          declaredAccess({ net: hosts }),
        ]),
    ];
    for (const [part, access] of parts) {
      const key = JSON.stringify([part, access]);
      const known = found.get(key) ?? { part, arms: new Set(), access };
      known.arms.add(arm);
      found.set(key, known);
    }
  }
  return [...found.values()];
}
