import type { Awaitable } from "../domain/domain.ts";
import type { EmbedSpans, WeighedRollout } from "./operator.ts";

/** What is embedded of a rollout: what the policy wrote, as text and as tokens. */
export type Embeddable = Pick<WeighedRollout, "responses" | "span">;

/** Gives responses places in a space, so that their differences become distances. */
export interface Embedder {
  /** The host that it calls, as `host` or `host:port`; none when left out. */
  readonly host?: string;
  /** Whether it asks the policy. Not when left out. */
  readonly embeds?: boolean;
  /**
   * A vector for each rollout, in order, all of one length. Equal responses to one prompt have equal vectors.
   *
   * @param ofPolicy The policy's own embeddings, where `embeds` asks for them.
   */
  embed(rollouts: readonly Embeddable[], ofPolicy: EmbedSpans): Awaitable<readonly ArrayLike<number>[]>;
}

/** What a rollout's text embeddings are of: all of its responses. */
export function embeddedText({ responses }: Embeddable): string {
  return responses.join("\n");
}
