import type { Start } from "../curriculum/start.ts";
import type { Domain } from "../domain/domain.ts";
import type { Policy } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { ask } from "./ask.ts";
import { shorten } from "./shorten.ts";

/** A prompt that leaves room for a response. */
export interface FittedPrompt {
  /** The request as text, for the record. */
  readonly text: string;
  /** The request as token ids. */
  readonly tokens: readonly number[];
  /** How many characters of the current response it leaves out; 0 for none. */
  readonly shortened: number;
}

/** What decides prompts. */
export interface PromptContext {
  /** Words requests. */
  readonly domain: Domain;
  /** Word self-iteration requests. */
  readonly operators: readonly OperatorPart[];
  /** Has the tokenizer and the context. */
  readonly policy: Pick<Policy, "tokenizer" | "context">;
  /** The most tokens of a response. */
  readonly maxTokens: number;
}

/**
 * The prompt for a start: the one place where training, evaluation and resampling get theirs. A self-iteration request
 * that does not leave room for a response shows a shortened current response (`shorten`), the longest that fits. The
 * attempt itself stays whole: its verdict, its id and what comes of it are not changed.
 *
 * @param task The content of the start's root task.
 * @throws {UserError} If a prompt does not fit the policy's context even so.
 */
export function fitPrompt(start: Start, task: Json, context: PromptContext): FittedPrompt {
  const { prompt, least } = tryPrompt(start, task, context);
  if (prompt !== null) return prompt;
  throw new UserError(
    `Expected a prompt and its response to fit the policy's context of ${context.policy.context} tokens but found ` +
      `${least} + ${context.maxTokens} (task "${start.root}"${
        start.turn === 0 ? "" : `, turn ${start.turn}`
      }); raise policy.context`,
  );
}

/**
 * Whether a start can be asked in a mode. How long a conversation has become by a later turn is the policy's doing, which
 * must not end a run: an episode whose next turn does not fit ends there.
 *
 * @param task The content of the start's root task.
 */
export function fitsPrompt(start: Start, task: Json, context: PromptContext): boolean {
  return tryPrompt(start, task, context).prompt !== null;
}

/** The prompt for a start, `null` if there is none that fits, and the tokens of the shortest that was tried. */
function tryPrompt(
  start: Start,
  task: Json,
  context: PromptContext,
): { readonly prompt: FittedPrompt | null; readonly least: number } {
  const { policy, maxTokens } = context;
  const fits = ({ tokens }: FittedPrompt): boolean => tokens.length + maxTokens <= policy.context;
  const whole = wordPrompt(start, task, context, Infinity);
  if (fits(whole)) return { prompt: whole, least: whole.tokens.length };
  const { attempt } = start;
  const none = attempt === null || start.mode === "base" ? whole : wordPrompt(start, task, context, 0);
  if (!fits(none)) return { prompt: null, least: none.tokens.length };
  let best = none;
  let [low, high] = [0, (attempt?.response.length ?? 1) - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const prompt = wordPrompt(start, task, context, middle);
    if (fits(prompt)) [low, best] = [middle, prompt];
    else high = middle - 1;
  }
  return { prompt: best, least: none.tokens.length };
}

/** The prompt with at most so many characters of the current response. */
function wordPrompt(
  start: Start,
  task: Json,
  { domain, operators, policy }: PromptContext,
  most: number,
): FittedPrompt {
  const { attempt } = start;
  const { text: response, left } = attempt === null ? { text: "", left: 0 } : shorten(attempt.response, most);
  const shown = attempt === null || left === 0 ? start : { ...start, attempt: { ...attempt, response } };
  const messages = ask(shown, domain, task, operators);
  return {
    text: messages.map(({ content }) => content).join("\n\n"),
    tokens: policy.tokenizer.encodeChat(messages),
    shortened: left,
  };
}
