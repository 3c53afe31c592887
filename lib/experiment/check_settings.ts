import { UserError } from "../errors.ts";
import type { Part } from "../part.ts";
import { rootStart } from "../curriculum/start.ts";
import type { Domain, DomainTraits, Mode } from "../domain/domain.ts";
import { anyIterates } from "../operator/any_iterates.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { factoryName } from "./roles.ts";
import type { Settings } from "./settings.ts";

/** Tokens of a sequence beside the characters of prompt and response: one for the role, one that stops. */
const frameTokens = 2;

/**
 * Refuses settings that cannot work together. What can be seen in the editor, `impossible.ts` refuses there too.
 *
 * @param where What messages put before a key, such as `"arms.exit."`.
 * @throws {UserError} With one sentence that names the settings at odds.
 */
export function checkSettings(settings: Settings, where: string): void {
  checkOperators(settings, where);
  for (const part of [settings.curriculum, ...settings.operators]) checkNeeds(part, settings, where);
  checkBudget(settings, where);
  checkGroups(settings, where);
  checkStaleness(settings, where);
  checkEvaluation(settings, where);
  checkContext(settings, where);
}

function checkOperators({ curriculum, operators }: Settings, where: string): void {
  const twice = operators.find(({ kind }, index) =>
    operators.findIndex((other) => other.kind === kind) < index
  );
  if (twice !== undefined) {
    throw new UserError(
      `Expected "${where}operators" to be of different kinds but found ${factoryName(twice.kind)} twice`,
    );
  }
  const iterating = anyIterates(operators);
  const nothingBefore = curriculum.longestChain === 1 && !(curriculum.histories && iterating);
  const idle = operators.find(({ iterates, needsAttempts }) =>
    (iterates && !curriculum.histories) || (needsAttempts && nothingBefore)
  );
  if (curriculum.needsOperators === true && !iterating) {
    throw new UserError(
      `${
        factoryName(curriculum.kind)
      } in "${where}curriculum" would hold no start: neither roots nor, without improve() ` +
        "or another operator on attempts, partial histories",
    );
  }
  if (idle !== undefined) {
    const remedy = curriculum.histories
      ? "hands out no attempts unless an operator works on them (add improve()"
      : `never starts from a partial history (take ${
        idle.iterates ? "exit()" : "exit() with improve(), or fixedDepth()"
      }`;
    throw new UserError(
      `${factoryName(idle.kind)} in "${where}operators" has nothing to work on with ${
        factoryName(curriculum.kind)
      }, which ${remedy}, or leave ${factoryName(idle.kind)} out)`,
    );
  }
  const improves = operators.findIndex(({ kind }) => kind === "improve");
  const late = operators.findIndex(({ kind }, at) =>
    improves >= 0 && at > improves && kind.startsWith("custom-")
  );
  if (late >= 0) {
    throw new UserError(
      `${
        factoryName(operators[late]?.kind ?? "")
      } in "${where}operators" stands after improve(), which takes every ` +
        "attempt that is left; put it before",
    );
  }
}

function checkNeeds(
  part: Part & { readonly needs?: Partial<DomainTraits> },
  { domain }: Settings,
  where: string,
): void {
  for (const trait of ["turns", "quality", "feedback"] as const) {
    const needed = part.needs?.[trait];
    if (needed !== undefined && needed !== domain.traits[trait]) {
      throw new UserError(
        `${factoryName(part.kind)} needs a domain whose ${trait} is ${needed}, but that of ${
          factoryName(domain.kind)
        } is ${domain.traits[trait]} ("${where}domain")`,
      );
    }
  }
}

function checkBudget({ budget }: Settings, where: string): void {
  if (budget.tokens !== null || budget.rollouts !== null || budget.iterations !== null) return;
  throw new UserError(
    `Expected "${where}budget" to limit tokens, rollouts or iterations but found neither (such as { tokens: 1_000_000 })`,
  );
}

function checkGroups({ objective, sampling }: Settings, where: string): void {
  const { groupSize, groups, minibatches } = objective;
  if (groupSize < 2) {
    throw new UserError(
      `Expected "${where}objective.groupSize" to be at least 2 but found ${groupSize}: ` +
        "an advantage compares the completions of a group",
    );
  }
  if (minibatches > groups) {
    throw new UserError(
      `Expected "${where}objective.minibatches" to be at most ${groups}, the groups of a batch, but found ${minibatches}`,
    );
  }
  try {
    objective.shape?.(0, 1, sampling.maxTokens);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} ("${where}objective")`);
  }
}

/** Drawn one iteration ahead, groups are up to `publishEvery` iterations old when they train. */
function checkStaleness({ sampling: { publishEvery, maxStaleness } }: Settings, where: string): void {
  if (maxStaleness === undefined || publishEvery <= maxStaleness) return;
  throw new UserError(
    `Expected "${where}sampling.maxStaleness" to be at least ${publishEvery}, the iterations between new weights ` +
      `("${where}sampling.publishEvery"), but found ${maxStaleness}`,
  );
}

function checkEvaluation({ domain, evaluate }: Settings, where: string): void {
  const { search, steps } = evaluate;
  if (search !== undefined && domain.traits.turns === "multi") {
    throw new UserError(
      `Expected "${where}evaluate.search" to be left out for ${
        factoryName(domain.kind)
      }, a domain of several turns, but found a search, which works on one response a task`,
    );
  }
  if (search !== undefined && search.drafts > 1 + steps) {
    throw new UserError(
      `Expected "${where}evaluate.search.drafts" to be at most ${
        1 + steps
      }, the responses of a search (1 + evaluate.steps), but found ${search.drafts}`,
    );
  }
  const { size } = domain.tasks("test");
  if (size === null || evaluate.tasks <= size) return;
  throw new UserError(
    `Expected "${where}evaluate.tasks" to be at most ${size}, the held-out tasks of ${
      factoryName(domain.kind)
    }, but found ${evaluate.tasks}`,
  );
}

function checkContext({ domain, policy, sampling, operators }: Settings, where: string): void {
  const { context } = policy.options;
  if (typeof context !== "number") return;
  if (sampling.maxTokens >= context) {
    throw new UserError(
      `Expected "${where}sampling.maxTokens" to leave room for a prompt in a context of ${context} tokens ` +
        `("${where}policy.context") but found ${sampling.maxTokens}`,
    );
  }
  // A domain tells lengths in characters, which say little of how many pieces of words there will be.
  if (domain.longest === undefined || policy.tokens !== "characters") return;
  const response = Math.max(domain.longest.response, sampling.maxTokens - 1);
  const refuse = (prompt: number, whose: string): void => {
    const needed = prompt + response + frameTokens;
    if (needed <= context) return;
    throw new UserError(
      `Expected "${where}policy.context" to be at least ${needed} (${whose} ${prompt}, response ${response}, ` +
        `frame ${frameTokens}) but found ${context}`,
    );
  };
  refuse(domain.longest.prompt, "prompt");
  for (const operator of operators) {
    refuse(ownPromptLength(operator, domain), `prompt of ${factoryName(operator.kind)}`);
  }
}

/** The characters of a request in an operator's own words, for the first training task; 0 if it has none. */
function ownPromptLength(operator: OperatorPart, domain: Domain): number {
  if (!operator.kind.startsWith("custom-")) return 0;
  const { id, task } = domain.tasks("train").at(0);
  const verdict = { quality: 0, solved: false, reward: 0 };
  const attempt = { response: "x".repeat(domain.longest?.response ?? 0), verdict, feedback: null };
  const state = domain.begin(task);
  const mode: Mode = `custom-${operator.kind.slice("custom-".length)}`;
  const messages = operator.word({ ...rootStart(0, id, state), attempt, mode }, {
    domain,
    task,
    state,
    attempt,
  });
  return (messages ?? []).reduce((sum, { content }) => sum + content.length, 0);
}
