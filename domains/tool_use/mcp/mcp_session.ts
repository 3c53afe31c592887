import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import * as v from "valibot";
import {
  type Awaitable,
  isJsonObject,
  type JsonObject,
  type ToolDescription,
  UserError,
} from "../../../lib/domain/mod.ts";
import { errorMessage } from "../../../lib/errors.ts";
import { isJson } from "../../../lib/json.ts";
import { type McpServerCommand, ProcessTransport } from "./process_transport.ts";

/** How long a server may take, how much it may say, and how many wait for another call. */
export type McpLimits = {
  /** Seconds for its start. Default 30. */
  readonly start: number;
  /** Seconds for a call. Default 10. */
  readonly call: number;
  /** Characters of a result. Default 20,000. */
  readonly result: number;
  /** The most servers that are kept for their next call; at least as many as episodes are stepped in turn. Default 64. */
  readonly servers: number;
  /** Seconds after which a server that nobody asks for is stopped. Default 60. */
  readonly idle: number;
};

/** The limits unless a definition says otherwise. */
export const usualLimits: McpLimits = { start: 30, call: 10, result: 20_000, servers: 64, idle: 60 };

/** What a call of a server's tool came to. */
export interface McpResult {
  /** The text of it. */
  readonly text: string;
  /** Whether the server says that it went well. */
  readonly ok: boolean;
}

/** More tools than any policy is told of. */
const mostTools = 1000;

/** More pages than any list of tools has: a server may have another empty one each time. */
const mostPages = 100;

const toolPage = v.object({
  tools: v.array(v.object({
    name: v.string(),
    description: v.optional(v.string(), ""),
    inputSchema: v.record(v.string(), v.unknown()),
  })),
  nextCursor: v.optional(v.string()),
});

const toolResult = v.object({
  content: v.optional(v.array(v.object({ type: v.string(), text: v.optional(v.string()) })), []),
  isError: v.optional(v.boolean(), false),
});

/** The server ended, fell silent, or does not speak the protocol: what it would have answered is not known. */
export class ServerLostError extends Error {}

/**
 * What a server is asked where no policy would see that it is lost.
 *
 * @param whose Whose server it is, for the message.
 * @param when When or what it is asked, for the message.
 * @throws {UserError} If the server is lost.
 */
export async function unlessLost<Answer>(
  whose: string,
  when: string,
  ask: () => Awaitable<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ServerLostError)) throw error;
    throw new UserError(`The MCP server ${whose} did not answer ${when} (${error.message})`);
  }
}

/** A server that was started, and what it can be asked. */
export class McpSession {
  readonly #client: Client;
  readonly #limits: McpLimits;

  private constructor(client: Client, limits: McpLimits) {
    this.#client = client;
    this.#limits = limits;
  }

  /**
   * Starts a server.
   *
   * @throws {UserError} If it cannot be started, or does not answer as a server does.
   */
  static async open(server: McpServerCommand, limits: McpLimits = usualLimits): Promise<McpSession> {
    const transport = new ProcessTransport(server);
    const client = new Client({ name: "exitlab", version: "1" });
    try {
      await client.connect(transport, { timeout: 1000 * limits.start });
      return new McpSession(client, limits);
    } catch (error) {
      await transport.close();
      if (error instanceof Deno.errors.NotCapable) {
        throw new UserError(
          `May not start the MCP server's program ${server.command}; add --run ${server.command}`,
        );
      }
      const why = transport.fault ?? whyNotStarted(error, limits);
      const said = transport.lastWords === "" ? "" : `; it said: ${transport.lastWords}`;
      throw new UserError(
        `Cannot start the MCP server "${[server.command, ...server.args].join(" ")}": ${why}${said}`,
      );
    }
  }

  /**
   * The server's tools.
   *
   * @throws {ServerLostError} If the server does not tell them.
   */
  async tools(): Promise<ToolDescription[]> {
    const tools: ToolDescription[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { tools: listed, nextCursor } = await this.#ask(
        toolPage,
        () => this.#client.listTools(cursor === undefined ? {} : { cursor }, this.#timeout()),
      );
      for (const { name, description, inputSchema } of listed) {
        const { $schema: _dialect, ...parameters } = inputSchema;
        tools.push({ name, description, parameters: plain(parameters) });
      }
      cursor = tools.length < mostTools && ++pages < mostPages ? nextCursor : undefined;
    } while (cursor !== undefined);
    return tools.slice(0, mostTools);
  }

  /**
   * Calls a tool. An error that the server answers with is a result that did not go well.
   *
   * @throws {ServerLostError} If the server does not answer.
   */
  async call(name: string, args: JsonObject): Promise<McpResult> {
    const { content, isError } = await this.#ask(
      toolResult,
      () =>
        this.#client.callTool({ name, arguments: { ...args } }, undefined, this.#timeout()).catch(refusal),
    );
    const text = content.map((item) => item.text ?? `[${item.type}]`).join("\n");
    return { text: text.slice(0, this.#limits.result), ok: !isError };
  }

  /** Whether the server is there still. */
  get alive(): boolean {
    return this.#client.transport !== undefined;
  }

  /** Ends the server. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  /** An answer of a form; what the server answers otherwise is as good as none. */
  async #ask<Form extends v.GenericSchema>(
    form: Form,
    ask: () => Promise<unknown>,
  ): Promise<v.InferOutput<Form>> {
    try {
      return v.parse(form, await ask());
    } catch (error) {
      throw new ServerLostError(whyLost(error));
    }
  }

  #timeout(): { readonly timeout: number } {
    return { timeout: 1000 * this.#limits.call };
  }
}

/** Why no answer could be had, in one sentence: of an answer of another form the SDK gives a list of complaints. */
function whyLost(error: unknown): string {
  const formless = error instanceof Error && "issues" in error;
  return formless ? "its answer is not of the protocol's form" : errorMessage(error);
}

/** An error that the server answered with, as a result; what is no answer is thrown on. */
function refusal(error: unknown): object {
  const code = codeOf(error);
  if (code === undefined || code === ErrorCode.RequestTimeout || code === ErrorCode.ConnectionClosed) {
    throw error;
  }
  // A server of the SDK writes the code in front, as this side does.
  const text = errorMessage(error).replace(/^(MCP error -?\d+: )+/, "");
  return { content: [{ type: "text", text: `Error: ${text}` }], isError: true };
}

/** The protocol's code of an error; undefined for other errors. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof McpError && error instanceof Error && "code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}

function whyNotStarted(error: unknown, { start }: McpLimits): string {
  const code = error instanceof Deno.errors.BrokenPipe ? ErrorCode.ConnectionClosed : codeOf(error);
  if (code === ErrorCode.RequestTimeout) return `It did not answer within ${start} seconds`;
  return code === ErrorCode.ConnectionClosed ? "It ended without an answer" : errorMessage(error);
}

function plain(value: unknown): JsonObject {
  return isJson(value) && isJsonObject(value) ? value : { type: "object" };
}
