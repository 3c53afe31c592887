import { contentHash, type Json, Random, UserError } from "../../../lib/domain/mod.ts";
import { type McpLimits, type McpSession, unlessLost } from "./mcp_session.ts";

/** A call that a session has made, and what came of it. */
export type McpCall = {
  /** The tool. */
  readonly name: string;
  /** The arguments. */
  readonly arguments: { readonly [name: string]: Json };
  /** What the server answered. */
  readonly result: string;
  /** Whether it went well. */
  readonly ok: boolean;
};

interface Waiting {
  readonly key: string;
  readonly session: McpSession;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Sessions by where they stand: a task and the calls since its beginning. An episode in its usual course has one session from its
 * first call to its end; one that is restored, or goes on from a partial history, has its calls made again in a new one.
 */
export class SessionPool<Task extends Json> {
  readonly #start: (task: Task) => Promise<McpSession>;
  readonly #name: string;
  readonly #limits: McpLimits;
  #waiting: Waiting[] = [];
  readonly #closing = new Set<Promise<void>>();
  readonly #chance = new Random(0, "sessions");

  /**
   * @param name Whose sessions they are, for messages.
   * @param limits How many sessions may wait, and how long.
   * @param start Starts a session at the beginning of a task.
   */
  constructor(name: string, limits: McpLimits, start: (task: Task) => Promise<McpSession>) {
    this.#name = name;
    this.#limits = limits;
    this.#start = start;
  }

  /**
   * A session that stands at these calls. It belongs to the caller until it is given back or closed.
   *
   * @throws {UserError} If the server answers otherwise than before, or not at all.
   */
  async take(task: Task, calls: readonly McpCall[]): Promise<McpSession> {
    const key = keyOf(task, calls);
    // One that ended while it waited is made again: that was no call's doing.
    const at = this.#waiting.findIndex((each) => each.key === key && each.session.alive);
    const [found] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (found !== undefined) {
      clearTimeout(found.timer);
      return found.session;
    }
    const session = await this.#start(task);
    try {
      for (const { name, arguments: args, result, ok } of calls) {
        const again = await unlessLost(
          `of domain "${this.#name}"`,
          "when calls were made again to restore a state",
          () => session.call(name, args),
        );
        if (again.text === result && again.ok === ok) continue;
        throw new UserError(
          `Expected the MCP server of domain "${this.#name}" to answer the same to the same calls, but ${name} gave ` +
            `${JSON.stringify(again.text.slice(0, 60))} after ${
              JSON.stringify(result.slice(0, 60))
            }: a state cannot be restored`,
        );
      }
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Gives a session back, at these calls; if too many wait, one of them is closed. */
  async give(task: Task, calls: readonly McpCall[], session: McpSession): Promise<void> {
    const { servers, idle } = this.#limits;
    const timer = setTimeout(() => this.#drop(session), 1000 * idle);
    this.#waiting.push({ key: keyOf(task, calls), session, timer });
    // Episodes stepped in turn ask for the oldest next, improved turns for the newest: by chance, neither always loses its own.
    if (this.#waiting.length > servers) await this.#drop(this.#chance.pick(this.#waiting).session);
  }

  /** Closes all sessions that wait. */
  async close(): Promise<void> {
    for (const { session } of this.#waiting) this.#drop(session);
    await Promise.all(this.#closing);
  }

  #drop(session: McpSession): Promise<void> {
    const dropped = this.#waiting.filter((each) => each.session === session);
    this.#waiting = this.#waiting.filter((each) => each.session !== session);
    for (const { timer } of dropped) clearTimeout(timer);
    const closing = session.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    return closing;
  }
}

function keyOf(task: Json, calls: readonly McpCall[]): string {
  return contentHash([task, calls]);
}
