import { canonicalJson, isJson, type JsonObject } from "../json.ts";
import type { Message, Mode } from "../domain/domain.ts";
import { type Finding, Findings } from "../domain/finding.ts";
import { UserError } from "../errors.ts";
import { Random } from "../random.ts";
import {
  embedByTokens,
  foreignMode,
  groupsOf,
  identicalGroups,
  requestFor,
  starts,
} from "./conformance_fixtures.ts";
import type { EmbedSpans, OperatorPart, WeighedGroup } from "./operator.ts";

/** What to write instead, by check. */
const fixes: Readonly<Record<string, string>> = {
  options: "Let the options be plain JSON, so that a plan can keep them",
  rebuild:
    "Make the operator from a strict schema of its options, so that rebuild() checks them and makes the same",
  transform: "Return { ...start, mode } and let the mode follow from the start and the random stream alone",
  attempt: 'Leave a start whose "attempt" is null as it is, or say needsAttempts: false',
  draws: "Draw as many numbers from the stream whatever comes of them: draw first, decide then",
  word: "Give messages with text in the modes that transform() gives, and undefined in all others",
  verdict: "Word the request from the task, the response and its feedback, and not from the verdict",
  hosts: 'Write each host as "host" or "host:port", without a scheme or a path',
  rule: "Give the reward rule the mode that the operator gives",
  rewards: "Give one finite reward for each rollout, from the group alone",
  embeds: "Say embeds: true beside it",
  factors:
    "Give a list for each group, with a finite factor of at least 0 for each rollout, from the groups alone",
  identical: "Weigh rollouts that are all the same by 1",
  imitations:
    "Name rollouts of the groups that are given, with finite weights above 0, from the groups and the stream alone",
};

/** Draws in each check of `transform`: a mode that is asked less often than in one of so many is not seen. */
const seeds = 64;

/**
 * Checks an operator against its contract, without any model: options are JSON and rebuild the part; `transform` is
 * pure, follows from its random stream, draws as often for one start whatever it draws, changes nothing but the mode
 * and leaves starts without an attempt alone; `word` has messages for each mode it gives and for no other, and shows
 * no verdict; `rewards` and `factors` are numbers to train with, one a rollout, and follow from the groups alone;
 * `imitations` name rollouts that there are, with weights to train with, and follow from the groups and their stream.
 *
 * Give it a probability that 64 draws will show. An operator that calls a host calls it here too.
 *
 * @returns What is wrong; empty for an operator that conforms.
 *
 * @example
 * ```ts
 * import { checkOperator } from "exitlab/lib/operator/conformance.ts";
 * import { diverge } from "exitlab/lib/operator/diverge.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await checkOperator(diverge({ probability: 0.5 })), []);
 * ```
 */
export async function checkOperator(part: OperatorPart): Promise<Finding[]> {
  const findings = new Findings({ fixes });
  const given = new Set<Mode>();
  const worded = new Set<Mode>();
  await findings.attempt("options", "Reading the options", () => checkOptions(part, findings));
  await findings.attempt("rebuild", "rebuild()", () => checkRebuild(part, findings));
  await findings.attempt("transform", "transform()", () => checkTransform(part, given, findings));
  await findings.attempt("word", "word()", () => checkWords(part, given, worded, findings));
  checkDeclarations(part, worded, findings);
  const modes = [...new Set<Mode>(["base", "improve", "debug", "diverge", foreignMode, ...given])];
  await findings.attempt("rewards", "rewards()", () => checkRewards(part, modes, findings));
  await findings.attempt("factors", "factors()", () => checkFactors(part, modes, findings));
  await findings.attempt("imitations", "imitations()", () => checkImitations(part, modes, findings));
  return findings.all;
}

function checkOptions({ options, given }: OperatorPart, findings: Findings): void {
  findings.expect(isJson(options), "options", "The options in force are not plain JSON");
  findings.expect(isJson(given), "options", "The options as given are not plain JSON");
}

function checkRebuild(part: OperatorPart, findings: Findings): void {
  const rebuilt = part.rebuild(part.given);
  const same = rebuilt.part === part.part && rebuilt.kind === part.kind &&
    canonicalJson(rebuilt.options) === canonicalJson(part.options);
  findings.expect(same, "rebuild", "rebuild(given) is another part, or has other options");
  findings.expect(
    refuses(part, { ...part.given, "no such option": 1 }),
    "rebuild",
    "rebuild() takes an option that there is not, instead of throwing a UserError",
  );
}

function refuses(part: OperatorPart, given: JsonObject): boolean {
  try {
    part.rebuild(given);
    return false;
  } catch (error) {
    return error instanceof UserError;
  }
}

/** A stream that counts. */
class CountedRandom extends Random {
  drawn = 0;

  override bits(): number {
    this.drawn++;
    return super.bits();
  }
}

/** @param given Gets the modes that the operator gives to a start. */
function checkTransform(part: OperatorPart, given: Set<Mode>, findings: Findings): void {
  for (const start of starts) {
    const where = start.attempt === null ? "a start without an attempt" : "a start with an attempt";
    const counts = new Set<number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const [random, again] = [new CountedRandom(seed), new CountedRandom(seed)];
      const result = part.transform(start, random);
      findings.expect(
        canonicalJson(result) === canonicalJson(part.transform(start, again)) &&
          canonicalJson(random.state()) === canonicalJson(again.state()),
        "transform",
        `transform() of ${where} does not follow from the start and the random stream`,
      );
      findings.expect(
        canonicalJson({ ...result, mode: start.mode }) === canonicalJson(start),
        "transform",
        `transform() changes more of ${where} than its mode`,
      );
      findings.expect(
        start.attempt !== null || result.mode === start.mode,
        "attempt",
        `transform() gives mode "${result.mode}" to ${where}`,
      );
      if (result.mode !== start.mode) given.add(result.mode);
      counts.add(random.drawn);
    }
    findings.expect(
      counts.size === 1,
      "draws",
      `transform() of ${where} draws now ${[...counts].toSorted((a, b) => a - b).join(", now ")} numbers`,
    );
  }
}

/** @param worded Gets the modes that the operator has words for. */
function checkWords(
  part: OperatorPart,
  given: ReadonlySet<Mode>,
  worded: Set<Mode>,
  findings: Findings,
): void {
  for (const mode of new Set<Mode>(["base", "improve", "debug", "diverge", foreignMode, ...given])) {
    for (const start of starts) {
      const [request, praised] = [undefined, { quality: 1, solved: true, reward: 1 }].map((verdict) =>
        requestFor(start, verdict)
      );
      if (request === undefined || praised === undefined) continue;
      const messages = part.word({ ...start, mode }, request);
      if (messages === undefined) continue;
      worded.add(mode);
      findings.expect(
        isRequest(messages),
        "word",
        `word() in mode "${mode}" gives no messages, or blank ones`,
      );
      findings.expect(
        same(messages, part.word({ ...start, mode }, request)),
        "word",
        `word() in mode "${mode}" does not follow from the request`,
      );
      findings.expect(
        same(messages, part.word({ ...start, mode }, praised)),
        "verdict",
        `word() in mode "${mode}" shows something of the verdict`,
      );
    }
  }
  for (const mode of given) {
    findings.expect(worded.has(mode), "word", `Mode "${mode}" is given to starts but not worded`);
  }
  const foreign = [...worded].filter((mode) =>
    mode === "base" || mode === foreignMode || (given.size > 0 && !given.has(mode))
  );
  for (const mode of foreign) {
    findings.expect(false, "word", `word() has messages in mode "${mode}", which is not its own`);
  }
}

function isRequest(messages: readonly Message[]): boolean {
  return messages.length > 0 && messages.every(({ content }) => content.trim() !== "");
}

function same(messages: readonly Message[], others: readonly Message[] | undefined): boolean {
  return JSON.stringify(messages) === JSON.stringify(others);
}

function checkDeclarations(
  { hosts = [], rewardRule }: OperatorPart,
  worded: ReadonlySet<Mode>,
  findings: Findings,
): void {
  for (const host of hosts) {
    const isHost = /^(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/i.test(host);
    findings.expect(isHost, "hosts", `"${host}" is no host or host:port`);
  }
  if (rewardRule === undefined) return;
  findings.expect(
    worded.has(rewardRule.mode),
    "rule",
    `There is a reward rule for mode "${rewardRule.mode}", which is not its own`,
  );
}

function checkRewards(part: OperatorPart, modes: readonly Mode[], findings: Findings): void {
  if (part.rewards === undefined) return;
  for (const group of groupsOf(modes)) {
    const rewards = part.rewards(group);
    const before = group.rollouts.map(({ reward }) => reward);
    findings.expect(
      rewards.length === before.length && rewards.every(Number.isFinite),
      "rewards",
      `rewards() does not give a finite reward for each rollout in mode "${group.mode}"`,
    );
    findings.expect(
      equal(rewards, part.rewards(group)),
      "rewards",
      `rewards() does not follow from the group in mode "${group.mode}"`,
    );
    findings.expect(
      !part.needsAttempts || !isFirstAttempts(group) || equal(rewards, before),
      "attempt",
      "rewards() changes rewards of first attempts, although the operator needs attempts",
    );
  }
}

async function checkFactors(part: OperatorPart, modes: readonly Mode[], findings: Findings): Promise<void> {
  if (part.factors === undefined) return;
  const embed: EmbedSpans = (spans) => {
    findings.expect(
      part.embeds === true,
      "embeds",
      "factors() asks the policy for embeddings without saying so in embeds",
    );
    return embedByTokens(spans);
  };
  const groups = groupsOf(modes);
  const factors = await part.factors(groups, embed);
  findings.expect(
    factors.length === groups.length,
    "factors",
    "factors() does not give a list for each group",
  );
  const again = await part.factors(groups, embed);
  for (const [at, group] of groups.entries()) {
    const own = factors[at] ?? [];
    findings.expect(
      own.length === group.rollouts.length && own.every((factor) => Number.isFinite(factor) && factor >= 0),
      "factors",
      `factors() does not give a finite factor of at least 0 for each rollout in mode "${group.mode}"`,
    );
    findings.expect(
      equal(own, again[at] ?? []),
      "factors",
      `factors() does not follow from the groups in mode "${group.mode}"`,
    );
    findings.expect(
      !part.needsAttempts || !isFirstAttempts(group) || own.every((factor) => factor === 1),
      "attempt",
      "factors() weighs first attempts, although the operator needs attempts",
    );
  }
  const ofIdentical = await part.factors(identicalGroups(modes), embed);
  findings.expect(
    ofIdentical.flat().every((factor) => factor === 1),
    "identical",
    "factors() does not weigh identical rollouts by 1",
  );
  const ofNone = await part.factors([], embed);
  findings.expect(ofNone.length === 0, "factors", "factors() of no groups are not none");
}

function checkImitations(part: OperatorPart, modes: readonly Mode[], findings: Findings): void {
  if (part.imitations === undefined) return;
  const groups = groupsOf(modes);
  const imitations = part.imitations(groups, new Random(1));
  for (const { group, attempt, response, weight } of imitations) {
    const rollouts = groups[group]?.rollouts;
    findings.expect(
      rollouts?.[attempt] !== undefined && rollouts[response] !== undefined,
      "imitations",
      `imitations() names rollouts that there are not: ${attempt} and ${response} of group ${group}`,
    );
    findings.expect(
      Number.isFinite(weight) && weight > 0,
      "imitations",
      `imitations() gives a weight of ${weight}, not a finite one above 0`,
    );
  }
  findings.expect(
    JSON.stringify(imitations) === JSON.stringify(part.imitations(groups, new Random(1))),
    "imitations",
    "imitations() does not follow from the groups and the random stream",
  );
  findings.expect(
    part.imitations([], new Random(1)).length === 0,
    "imitations",
    "imitations() of no groups are not none",
  );
}

function isFirstAttempts({ rollouts }: WeighedGroup): boolean {
  return rollouts.every(({ before }) => before === null);
}

function equal(values: readonly number[], others: readonly number[]): boolean {
  return values.length === others.length && values.every((value, at) => value === others[at]);
}
