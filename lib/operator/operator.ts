import type { Domain, DomainTraits, Message } from "../domain/domain.ts";
import type { Attempt } from "../domain/verdict.ts";
import type { Json } from "../json.ts";
import type { Part } from "../part.ts";
import type { Random } from "../random.ts";
import type { Start } from "../curriculum/start.ts";

/** What an operator sees when it words a request. */
export interface IterationRequest {
  /** The domain, for its own wording. */
  readonly domain: Domain;
  /** The task's content. */
  readonly task: Json;
  /** The state before the turn. */
  readonly state: Json;
  /** The attempt to work on. */
  readonly attempt: Attempt;
}

/**
 * Changes what the policy is asked. Operators run in order over each start that a curriculum chose; the wording comes
 * from the operator whose mode the start ends up with. Removing one from the list is the ablation.
 */
export interface OperatorPart extends Part {
  /** Always `"operator"`. */
  readonly part: "operator";
  /** Whether it works on partial histories, so that a curriculum has a reason to keep them. */
  readonly iterates: boolean;
  /** What it asks of a domain; nothing when left out. */
  readonly needs?: Partial<DomainTraits>;
  /** The start, perhaps in another mode. One draw a group: all its rollouts share the prompt. */
  transform(start: Start, random: Random): Start;
  /** The request for a start in this operator's mode; `undefined` if the mode is not its own. */
  word(start: Start, request: IterationRequest): Message[] | undefined;
}
