import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";

/** Characters without an answer that are a flood. */
const mostUnanswered = 4_000_000;

/** What a line counts for beside its length: short lines cost time as well. */
const lineCost = 200;

/** Cuts what a server writes into messages, one a line; lines that are none are passed over. */
export class MessageLines {
  #rest = "";
  #unanswered = 0;

  /**
   * The messages that this text completes.
   *
   * @throws {Error} If the server has written so much without an answer that it is a flood.
   */
  take(text: string): JSONRPCMessage[] {
    const messages: JSONRPCMessage[] = [];
    const ends = text.split("\n");
    const begun = ends.pop() ?? "";
    for (const end of ends) {
      const line = this.#rest + end;
      this.#rest = "";
      const message = messageOf(line);
      if (message !== undefined) messages.push(message);
      this.#unanswered = isAnswer(message) ? 0 : this.#unanswered + line.length + lineCost;
      this.#refuseFlood();
    }
    this.#rest += begun;
    this.#refuseFlood();
    return messages;
  }

  #refuseFlood(): void {
    if (this.#unanswered + this.#rest.length > mostUnanswered) {
      throw new Error("The server floods its output");
    }
  }
}

function messageOf(line: string): JSONRPCMessage | undefined {
  // Most noise is told from a message without the cost of an exception.
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    return JSONRPCMessageSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Notifications and the server's own requests can be a flood as well; answers are no more than what was asked. */
function isAnswer(message: JSONRPCMessage | undefined): boolean {
  return message !== undefined && ("result" in message || "error" in message);
}
