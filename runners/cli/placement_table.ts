import type { ArmPlacement, Placement } from "../../lib/experiment/plan.ts";
import { dollars, hoursText, timeoutText } from "../hf/plan/write_figures.ts";
import { section } from "./plan_section.ts";

/** Arms that are placed alike. */
interface Group {
  readonly names: readonly string[];
  readonly arm: ArmPlacement;
}

/**
 * Where a plan's jobs run, for a reader: machines, hours and prices of arms that are placed alike, what all jobs cost, the
 * sums behind it, and what is not known.
 *
 * @param jobs How many there are.
 */
export function placementTable(placement: Placement, jobs: number): string[] {
  const groups = grouped(placement);
  const { hardware, cost, secrets } = placement;
  return [
    ...section(["Where it runs", ...groups.map((group) => title(group, groups.length))], rows(groups)),
    `  Machines and prices of ${hardware.fetched} (${hardware.source})`,
    `  All ${jobs === 1 ? "of 1 job" : `${jobs} jobs`}: ${
      cost.expected === null ? "" : `${dollars(cost.expected)} expected, `
    }${
      dollars(cost.most)
    } at most, if each runs until its time-out; a job that goes on in a further one costs more`,
    `  Secrets, by name: ${secrets.join(", ") || "none"}`,
    ...arithmetic(groups),
    "",
    "Unknown",
    ...unknown(groups),
  ];
}

/** Arms with the same placement, whose sentences name arms nowhere. */
function grouped({ arms }: Placement): Group[] {
  const groups = Map.groupBy(Object.entries(arms), ([, arm]) => JSON.stringify(arm));
  return [...groups.values()].flatMap((entries) => {
    const [first] = entries;
    return first === undefined ? [] : [{ names: entries.map(([name]) => name), arm: first[1] }];
  });
}

function title({ names }: Group, groups: number): string {
  return groups === 1 && names.length > 1 ? "all arms" : names.join(", ");
}

function rows(groups: readonly Group[]): string[][] {
  const figures: readonly (readonly [label: string, text: (arm: ArmPlacement) => string])[] = [
    ["machine", ({ flavor }) => flavor],
    ["GPUs", ({ gpus }) => String(gpus)],
    ["engine", ({ engine }) => engine],
    ["image", ({ image }) => image],
    ["hours a job", ({ hours }) => hours === null ? "unknown" : hoursText(hours)],
    ["time-out", ({ timeoutSeconds }) => timeoutText(timeoutSeconds)],
    ["price an hour", ({ pricePerHour }) => dollars(pricePerHour)],
    ["a job, expected", ({ cost }) => cost.expected === null ? "unknown" : dollars(cost.expected)],
    ["a job, at most", ({ cost }) => dollars(cost.most)],
  ];
  return figures.map(([label, text]) => [label, ...groups.map(({ arm }) => text(arm))]);
}

/** The sums: first what all arms have in common, then what each has of its own. */
function arithmetic(groups: readonly Group[]): string[] {
  const [first] = groups;
  const shared = new Set(
    first?.arm.arithmetic.filter((sentence) => groups.every(({ arm }) => arm.arithmetic.includes(sentence))),
  );
  const part = (heading: string, sentences: readonly string[]): string[] =>
    sentences.length === 0 ? [] : ["", heading, ...sentences.map((sentence) => `  - ${sentence}`)];
  const names = groups.flatMap((group) => group.names);
  return [
    ...part(`Arithmetic (${names.length === 1 ? names.join() : "all arms"})`, [...shared]),
    ...groups.flatMap((group) =>
      part(
        `Arithmetic (${group.names.join(", ")})`,
        group.arm.arithmetic.filter((sentence) => !shared.has(sentence)),
      )
    ),
  ];
}

function unknown(groups: readonly Group[]): string[] {
  const names = new Map<string, string[]>();
  for (const group of groups) {
    for (const sentence of group.arm.unknown) {
      names.set(sentence, [...names.get(sentence) ?? [], ...group.names]);
    }
  }
  const all = groups.flatMap((group) => group.names).length;
  const lines = [...names].map(([sentence, of]) =>
    `  - ${sentence}${of.length === all ? "" : ` (${of.join(", ")})`}`
  );
  return [...lines, "  - How fast these machines are with these engines: it was never measured"];
}
