import { isJsonObject, type JsonObject } from "../json.ts";
import { givenOptions, type Part } from "../part.ts";
import { type ArmDraft, changedParts, singleRoles, type Source } from "./arm_draft.ts";
import { checkSettings } from "./check_settings.ts";
import { getAt, leaves } from "./json_path.ts";
import { parsePlain, type PlainGroup, plainGroups, plainKeys } from "./schema.ts";
import type { Settings } from "./settings.ts";

/** An arm with every option in force. */
export interface ResolvedArm {
  /** What the loop runs. */
  readonly settings: Settings;
  /** The same as plain JSON. */
  readonly json: JsonObject;
  /** Who decided each option, by dotted path. */
  readonly sources: Readonly<Record<string, Source>>;
}

/**
 * Checks the arm as a whole and fills in every default.
 *
 * @throws {UserError} If an option is out of range, or the settings cannot work together.
 */
export function resolveArm(draft: ArmDraft): ResolvedArm {
  const parts = changedParts(draft);
  const settings: Settings = { ...parts, ...parsePlain(draft.plain, parts.domain, draft.where) };
  checkSettings(settings, draft.where);
  return { settings, json: settingsJson(settings), sources: sourcesOf(draft, settings) };
}

/** The settings as JSON: kinds, versions and every option in force. */
function settingsJson(settings: Settings): JsonObject {
  const { domain, policy, objective, curriculum, operators, budget, sampling, evaluate, checkpoint } =
    settings;
  return {
    domain: { kind: domain.kind, version: domain.version, options: givenOptions(domain.options) },
    policy: partJson(policy),
    objective: partJson(objective),
    curriculum: partJson(curriculum),
    operators: operators.map(partJson),
    budget,
    sampling,
    evaluate,
    checkpoint,
  };
}

function partJson(part: Part): JsonObject {
  return { kind: part.kind, options: givenOptions(part.options) };
}

function sourcesOf(draft: ArmDraft, settings: Settings): Record<string, Source> {
  const operators = draft.sources.get("operators") ?? "default";
  return Object.fromEntries([
    ...singleRoles.flatMap((role) =>
      partSources(settings[role], role, draft.sources.get(role) ?? "base", draft)
    ),
    ["operators", operators],
    ...settings.operators.flatMap((operator) =>
      partSources(operator, `operators.${operator.kind}`, operators, draft)
    ),
    ...plainGroups.flatMap((group) =>
      plainKeys[group].flatMap((key) => plainSources(settings[group], group, key, draft))
    ),
  ]);
}

/** Who decided a plain option, or each option in it; nobody where it is left out. */
function plainSources(
  chosen: JsonObject,
  group: PlainGroup,
  key: string,
  draft: ArmDraft,
): [string, Source][] {
  const path = `${group}.${key}`;
  const value = chosen[key];
  if (value === undefined) return [];
  const source = draft.sources.get(path) ?? "default";
  if (!isJsonObject(value)) return [[path, source]];
  const written = draft.plain[group]?.[key];
  return Object.keys(value).map((inner) => [
    `${path}.${inner}`,
    draft.sources.get(`${path}.${inner}`) ??
      (typeof written === "object" && written !== null && inner in written ? source : "default"),
  ]);
}

/** Who chose a part, and who decided each of its options. */
function partSources(part: Part, prefix: string, chosenBy: Source, draft: ArmDraft): [string, Source][] {
  const options = leaves(givenOptions(part.options)).map(([path]): [string, Source] => {
    const keys = path.split(".");
    const changed = keys
      .map((_, index) => draft.sources.get([prefix, ...keys.slice(0, index + 1)].join(".")))
      .findLast((source) => source !== undefined);
    const written = keys.some((_, index) => {
      const value = getAt(part.given, keys.slice(0, index + 1));
      return value !== undefined && (index === keys.length - 1 || !isJsonObject(value));
    });
    return [`${prefix}.${path}`, changed ?? (written ? chosenBy : "default")];
  });
  return [[prefix, chosenBy], ...options];
}
