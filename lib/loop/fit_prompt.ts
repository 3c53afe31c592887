import type { Start } from "../curriculum/start.ts";
import type { Domain, Message } from "../domain/domain.ts";
import type { Policy } from "../engine/engine.ts";
import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { ask } from "./ask.ts";
import type { Responder } from "./responder.ts";
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

/** A request that leaves room for a response. */
export interface FittedRequest {
  /** The conversation. */
  readonly messages: readonly Message[];
  /** How many characters of the current response it leaves out; 0 for none. */
  readonly shortened: number;
}

/** What decides the words of requests, and how much room a response takes. */
interface Wording {
  /** Words requests. */
  readonly domain: Domain;
  /** Word self-iteration requests. */
  readonly operators: readonly OperatorPart[];
  /** The most tokens of a response. */
  readonly maxTokens: number;
}

/** What decides prompts. */
export interface PromptContext extends Wording {
  /** Has the tokenizer and the context. */
  readonly policy: Pick<Policy, "tokenizer" | "context">;
}

/** What decides the requests of an evaluation. */
export interface RequestContext extends Wording {
  /** Knows how long a conversation is, and how long it may be. */
  readonly responder: Pick<Responder, "count" | "context" | "contextOption">;
}

/**
 * The prompt for a start: the one place where training gets its own. A self-iteration request that does not leave room
 * for a response shows a shortened current response (`shorten`), the longest that fits. The attempt itself stays whole:
 * its verdict, its id and what comes of it are not changed.
 *
 * @param task The content of the start's root task.
 * @throws {UserError} If a prompt does not fit the policy's context even so.
 */
export function fitPrompt(start: Start, task: Json, context: PromptContext): FittedPrompt {
  const { messages, measured, shortened } = fit(start, task, context, policyRoom(context));
  return { text: messages.map(({ content }) => content).join("\n\n"), tokens: measured, shortened };
}

/**
 * The request for a start: as `fitPrompt`, for evaluation and resampling, where a responder need have no tokenizer.
 *
 * @param task The content of the start's root task.
 * @throws {UserError} If a request does not fit the responder's context even so.
 */
export function fitRequest(start: Start, task: Json, context: RequestContext): FittedRequest {
  const { messages, shortened } = fit(start, task, context, responderRoom(context));
  return { messages, shortened };
}

/**
 * Whether a start can be asked in a mode. How long a conversation has become by a later turn is the policy's doing, which
 * must not end a run: an episode whose next turn does not fit ends there.
 *
 * @param task The content of the start's root task.
 */
export function fitsPrompt(start: Start, task: Json, context: PromptContext): boolean {
  return tryFit(start, task, context, policyRoom(context)).fitted !== null;
}

/**
 * Whether a responder can be asked for a start; see `fitsPrompt`.
 *
 * @param task The content of the start's root task.
 */
export function fitsRequest(start: Start, task: Json, context: RequestContext): boolean {
  return tryFit(start, task, context, responderRoom(context)).fitted !== null;
}

/** How long conversations may be, and what tells how long they are. */
interface Room<Measured extends { readonly length: number }> {
  readonly context: number;
  readonly option: string;
  /** The conversation in tokens, or something of as many. */
  measure(messages: readonly Message[]): Measured;
}

/** A conversation that was worded and measured. */
interface Worded<Measured> extends FittedRequest {
  readonly measured: Measured;
}

function policyRoom({ policy: { context, tokenizer } }: PromptContext): Room<readonly number[]> {
  return { context, option: "policy.context", measure: (messages) => tokenizer.encodeChat(messages) };
}

function responderRoom({ responder }: RequestContext): Room<{ readonly length: number }> {
  const { context, contextOption } = responder;
  return { context, option: contextOption, measure: (messages) => ({ length: responder.count(messages) }) };
}

function fit<Measured extends { readonly length: number }>(
  start: Start,
  task: Json,
  wording: Wording,
  room: Room<Measured>,
): Worded<Measured> {
  const { fitted, least } = tryFit(start, task, wording, room);
  if (fitted !== null) return fitted;
  throw new UserError(
    `Expected a prompt and its response to fit the policy's context of ${room.context} tokens but found ` +
      `${least} + ${wording.maxTokens} (task "${start.root}"${
        start.turn === 0 ? "" : `, turn ${start.turn}`
      }); raise ${room.option}`,
  );
}

/** The request for a start, `null` if there is none that fits, and the tokens of the shortest that was tried. */
function tryFit<Measured extends { readonly length: number }>(
  start: Start,
  task: Json,
  wording: Wording,
  room: Room<Measured>,
): { readonly fitted: Worded<Measured> | null; readonly least: number } {
  const fits = ({ measured }: Worded<Measured>): boolean =>
    measured.length + wording.maxTokens <= room.context;
  const whole = word(start, task, wording, room, Infinity);
  if (fits(whole)) return { fitted: whole, least: whole.measured.length };
  const { attempt } = start;
  const none = attempt === null || start.mode === "base" ? whole : word(start, task, wording, room, 0);
  if (!fits(none)) return { fitted: null, least: none.measured.length };
  let best = none;
  let [low, high] = [0, (attempt?.response.length ?? 1) - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const worded = word(start, task, wording, room, middle);
    if (fits(worded)) [low, best] = [middle, worded];
    else high = middle - 1;
  }
  return { fitted: best, least: none.measured.length };
}

/** The request with at most so many characters of the current response. */
function word<Measured extends { readonly length: number }>(
  start: Start,
  task: Json,
  { domain, operators }: Wording,
  room: Room<Measured>,
  most: number,
): Worded<Measured> {
  const { attempt } = start;
  const { text: response, left } = attempt === null ? { text: "", left: 0 } : shorten(attempt.response, most);
  const shown = attempt === null || left === 0 ? start : { ...start, attempt: { ...attempt, response } };
  const messages = ask(shown, domain, task, operators);
  return { messages, measured: room.measure(messages), shortened: left };
}
