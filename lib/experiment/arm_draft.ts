/**
 * What base, arm, `--quick` and `--set` say of one arm, and who said it.
 *
 * @module
 */
import { UserError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Part, UnknownOptionError } from "../part.ts";
import { type Experiment, isSingle, type Layer } from "./experiment.ts";
import { getAt, setAt } from "./json_path.ts";
import { expectRole } from "./roles.ts";
import { nestedKeys, type PlainGroup, plainGroups, plainKeys } from "./schema.ts";
import type { Settings } from "./settings.ts";

/** Who decided an option. */
export type Source = "default" | "base" | "arm" | "--quick" | "--set";

/** A change of one option of an arm. */
export interface OptionChange {
  /** The path within the arm's settings, such as `["curriculum", "probability"]`. */
  readonly path: readonly string[];
  /** The new value. */
  readonly value: Json;
  /** Who asks for it. */
  readonly source: Source;
}

/** The settings that are parts. */
export type Parts = Omit<Settings, PlainGroup>;

/** An arm before it is checked as a whole. */
export interface ArmDraft {
  /** What messages put before a key, such as `"arms.exit."`. */
  readonly where: string;
  /** The parts as base and arm have them. */
  readonly parts: Parts;
  /** What parts are given after changes, by path such as `"operators.diverge"`; absent if nothing was changed. */
  readonly given: ReadonlyMap<string, JsonObject>;
  /** The plain options that someone wrote, by group. */
  readonly plain: Pick<Layer, PlainGroup>;
  /** Who chose each part, wrote each plain option and changed each option, by dotted path. */
  readonly sources: ReadonlyMap<string, Source>;
}

/** The settings that are one part each. */
export const singleRoles = ["domain", "policy", "objective", "curriculum"] as const;

/**
 * Lays an arm over the base: parts are replaced, groups of plain options merged.
 *
 * @throws {UserError} If neither has a part that an arm needs.
 */
export function draftArm(experiment: Experiment, arm: string): ArmDraft {
  const where = isSingle(experiment) ? "" : `arms.${arm}.`;
  const { base } = experiment;
  const own = experiment.arms[arm] ?? {};
  return {
    where,
    parts: {
      domain: required("domain", own.domain ?? base.domain, where),
      policy: required("policy", own.policy ?? base.policy, where),
      objective: required("objective", own.objective ?? base.objective, where),
      curriculum: required("curriculum", own.curriculum ?? base.curriculum, where),
      operators: own.operators ?? base.operators ?? [],
    },
    given: new Map(),
    plain: Object.fromEntries(plainGroups.map((group) => [group, { ...base[group], ...own[group] }])),
    sources: new Map([...layerSources(base, "base"), ...layerSources(own, "arm")]),
  };
}

function required<Value>(key: string, value: Value | undefined, where: string): Value {
  if (value !== undefined) return value;
  throw new UserError(`Missing setting "${where}${key}"${where === "" ? "" : ` (or "base.${key}")`}`);
}

function layerSources(layer: Layer, source: Source): [path: string, source: Source][] {
  const parts = [...singleRoles, "operators" as const].filter((key) => layer[key] !== undefined);
  const options = plainGroups.flatMap((group) =>
    Object.keys(layer[group] ?? {}).map((key) => `${group}.${key}`)
  );
  return [...parts, ...options].map((path) => [path, source]);
}

/** The draft with one option changed, its value not yet checked; `undefined` if the arm has no such option. */
export function changeOption(draft: ArmDraft, { path, value, source }: OptionChange): ArmDraft | undefined {
  const group = plainGroups.find((name) => name === path[0]);
  const changed = group === undefined
    ? changePart(draft, path, value)
    : changePlain(draft, group, path.slice(1), value);
  return changed && { ...draft, ...changed, sources: new Map([...draft.sources, [path.join("."), source]]) };
}

function changePlain(
  { plain }: ArmDraft,
  group: PlainGroup,
  path: readonly string[],
  value: Json,
): Pick<ArmDraft, "plain"> | undefined {
  const [key = "", inner, ...deeper] = path;
  const known: readonly string[] = plainKeys[group];
  if (!known.includes(key) || deeper.length > 0) return undefined;
  if (inner === undefined) return { plain: { ...plain, [group]: { ...plain[group], [key]: value } } };
  if (nestedKeys[`${group}.${key}`]?.includes(inner) !== true) return undefined;
  const whole = { ...fieldsOf(plain[group]?.[key]), [inner]: value };
  return { plain: { ...plain, [group]: { ...plain[group], [key]: whole } } };
}

function fieldsOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function changePart(
  draft: ArmDraft,
  path: readonly string[],
  value: Json,
): Pick<ArmDraft, "given"> | undefined {
  const [name, part, option] = findPart(draft.parts, path);
  if (part === undefined || option.length === 0 || !hasOption(part, option, value)) return undefined;
  const given = setOption(part, draft.given.get(name) ?? part.given, option, value);
  return { given: new Map([...draft.given, [name, given]]) };
}

/** The part that a path leads into, its own path, and the rest of the path. */
function findPart(
  parts: Parts,
  [head, kind, ...rest]: readonly string[],
): [string, Part | undefined, string[]] {
  if (head === "operators") {
    return [`operators.${kind}`, parts.operators.find((operator) => operator.kind === kind), rest];
  }
  const role = singleRoles.find((name) => name === head);
  return [role ?? "", role && parts[role], kind === undefined ? [] : [kind, ...rest]];
}

/** Whether a part knows an option; the value may be wrong, or right only together with other changes. */
function hasOption(part: Part, path: readonly string[], value: Json): boolean {
  try {
    part.rebuild(setOption(part, part.given, path, value));
  } catch (error) {
    if (error instanceof UnknownOptionError) return false;
    if (!(error instanceof UserError)) throw error;
  }
  return true;
}

/** The given options with one changed; an abbreviation on the way, such as one number for an object, is written out. */
function setOption(part: Part, given: JsonObject, path: readonly string[], value: Json): JsonObject {
  const parent = path.slice(0, -1);
  const [written, inForce] = [getAt(given, parent), getAt(part.options, parent)];
  const abbreviated = written !== undefined && !isJsonObject(written) && isJsonObject(inForce);
  return setAt(abbreviated ? setAt(given, parent, inForce) : given, path, value);
}

/**
 * The parts with every change applied at once, so that changes may depend on each other in any order.
 *
 * @throws {UserError} If a part refuses what it is given.
 */
export function changedParts(draft: ArmDraft): Parts {
  const { domain, policy, objective, curriculum, operators } = draft.parts;
  return {
    domain: expectRole("domain", rebuild(draft, "domain", domain), "domain"),
    policy: expectRole("policy", rebuild(draft, "policy", policy), "policy"),
    objective: expectRole("objective", rebuild(draft, "objective", objective), "objective"),
    curriculum: expectRole("curriculum", rebuild(draft, "curriculum", curriculum), "curriculum"),
    operators: operators.map((operator) => {
      const name = `operators.${operator.kind}`;
      return expectRole("operator", rebuild(draft, name, operator), name);
    }),
  };
}

function rebuild(draft: ArmDraft, name: string, part: Part): Part {
  const given = draft.given.get(name);
  if (given === undefined) return part;
  try {
    return part.rebuild(given);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const changes = [...draft.sources].filter(([path]) => path.startsWith(`${name}.`));
    throw new UserError(
      `${error.message} (${changes.map(([path, source]) => `${source} ${path}`).join(", ")})`,
    );
  }
}
