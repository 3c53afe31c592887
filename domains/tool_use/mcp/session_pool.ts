import { contentHash, type Json, UserError } from "../../../lib/domain/mod.ts";
import type { McpSession } from "./mcp_session.ts";

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

/** The most sessions that wait; more than a batch needs at once would only hold memory. */
const mostWaiting = 16;

/** Milliseconds after which a session that nobody asks for is closed. */
const patience = 10_000;

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
  #waiting: Waiting[] = [];

  /**
   * @param name Whose sessions they are, for messages.
   * @param start Starts a session at the beginning of a task.
   */
  constructor(name: string, start: (task: Task) => Promise<McpSession>) {
    this.#name = name;
    this.#start = start;
  }

  /**
   * A session that stands at these calls. It belongs to the caller until it is given back or closed.
   *
   * @throws {UserError} If the server answers otherwise than before.
   */
  async take(task: Task, calls: readonly McpCall[]): Promise<McpSession> {
    const key = keyOf(task, calls);
    const at = this.#waiting.findIndex((each) => each.key === key);
    const [found] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (found !== undefined) {
      clearTimeout(found.timer);
      return found.session;
    }
    const session = await this.#start(task);
    try {
      for (const { name, arguments: args, result, ok } of calls) {
        const again = await session.call(name, args);
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

  /** Gives a session back, at these calls. */
  async give(task: Task, calls: readonly McpCall[], session: McpSession): Promise<void> {
    const timer = setTimeout(() => this.#drop(session), patience);
    this.#waiting.push({ key: keyOf(task, calls), session, timer });
    const [oldest] = this.#waiting;
    if (this.#waiting.length > mostWaiting && oldest !== undefined) await this.#drop(oldest.session);
  }

  /** Closes all sessions that wait. */
  async close(): Promise<void> {
    await Promise.all(this.#waiting.map(({ session }) => this.#drop(session)));
  }

  async #drop(session: McpSession): Promise<void> {
    const dropped = this.#waiting.filter((each) => each.session === session);
    this.#waiting = this.#waiting.filter((each) => each.session !== session);
    for (const { timer } of dropped) clearTimeout(timer);
    await session.close();
  }
}

function keyOf(task: Json, calls: readonly McpCall[]): string {
  return contentHash([task, calls]);
}
