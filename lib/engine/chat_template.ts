import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { errorMessage, UserError } from "../errors.ts";
import type { Message } from "../domain/domain.ts";

/** The day that templates are told, whatever the day is: a prompt must not depend on it. */
const day = { year: 2024, month: 7, name: "July", day: 26 };

/** Texts that no template has, to see what a template does with a message. */
const marks = ["qzxjkqa", "qzxjkqb", "qzxjkqc"] as const;

/**
 * A model's own chat template: conversations as the model saw them in training. Where it has no place for a system
 * message, the system's text goes in front of the first user message; where it has none for a tool's, that is said by the
 * user; where it refuses two user messages in a row, they become one. Texts so joined have an empty line between them.
 *
 * A template that trims a text takes U+FEFF for white space and U+001C to U+001F for text, the other way round than in Python.
 *
 * Templates that ask for the date are told 26 July 2024, every day: the same run must give the same prompts.
 *
 * @example
 * ```ts
 * import { ChatTemplate } from "exitlab/lib/engine/chat_template.ts";
 * import assert from "node:assert/strict";
 *
 * const source = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}" +
 *   "{% if add_generation_prompt %}<assistant>{% endif %}";
 * const template = new ChatTemplate(source, {}, "org/model");
 * assert.equal(template.render([{ role: "user", content: "2+2=" }]), "<user>2+2=<assistant>");
 * ```
 */
export class ChatTemplate {
  readonly #template: Template;
  readonly #words: Readonly<Record<string, string>>;
  readonly #where: string;
  readonly #hasSystem: boolean;
  readonly #hasTool: boolean;
  readonly #repeats: boolean;

  /**
   * Parses a template.
   *
   * @param source In the language Jinja.
   * @param words The texts of special tokens that it may name, such as `bos_token`.
   * @param where Whose it is, for messages.
   * @throws {UserError} If it is not a template that can be read.
   */
  constructor(source: string, words: Readonly<Record<string, string>>, where: string) {
    this.#words = words;
    this.#where = where;
    try {
      this.#template = new Template(source);
    } catch (error) {
      throw new UserError(`Cannot read the chat template of ${where}: ${errorMessage(error)}`);
    }
    const [a, b, c] = marks;
    const user: Message = { role: "user", content: a };
    this.#hasSystem = this.#shows([{ role: "system", content: b }, user], [a, b]);
    this.#repeats = this.#shows([user, { role: "user", content: b }], [a, b]);
    this.#hasTool = this.#shows(
      [user, { role: "assistant", content: b }, { role: "tool", content: c }],
      [a, b, c],
    );
  }

  /**
   * The text of a conversation, up to where the assistant's response begins.
   *
   * @throws {UserError} If the template refuses it.
   */
  render(messages: readonly Message[]): string {
    try {
      return this.#run(this.#fit(messages), true);
    } catch (error) {
      const roles = messages.map(({ role }) => role).join(", ");
      throw new UserError(
        `The chat template of ${this.#where} refuses the messages (${roles}): ${errorMessage(error)}`,
      );
    }
  }

  /** What it puts after an assistant's response; empty if it cannot tell. */
  ending(): string {
    const [question, answer] = marks;
    try {
      const turn: Message[] = [{ role: "user", content: question }, { role: "assistant", content: answer }];
      return this.#run(turn, false).split(answer)[1] ?? "";
    } catch {
      return "";
    }
  }

  /** Whether a conversation is accepted, and all these texts are in what comes of it. */
  #shows(messages: readonly Message[], texts: readonly string[]): boolean {
    try {
      const text = this.#run(messages, true);
      return texts.every((each) => text.includes(each));
    } catch {
      return false;
    }
  }

  #fit(messages: readonly Message[]): readonly Message[] {
    const told: Message[] = [];
    const system: string[] = [];
    for (const { role, content } of messages) {
      if (role === "system" && !this.#hasSystem) system.push(content);
      else told.push({ role: role === "tool" && !this.#hasTool ? "user" : role, content });
    }
    if (system.length > 0) {
      const at = told.findIndex(({ role }) => role === "user");
      const content = [...system, ...at < 0 ? [] : [told[at]?.content]].join("\n\n");
      told.splice(Math.max(at, 0), at < 0 ? 0 : 1, { role: "user", content });
    }
    return this.#repeats ? told : joinUsers(told);
  }

  #run(messages: readonly Message[], withPrompt: boolean): string {
    const environment = new Environment();
    const names: Readonly<Record<string, unknown>> = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      "raise_exception": refuse,
      range,
      "strftime_now": formatDay,
      ...this.#words,
      messages,
      tools: null,
      documents: null,
      "add_generation_prompt": withPrompt,
    };
    for (const [name, value] of Object.entries(names)) environment.set(name, value);
    const { value } = new Interpreter(environment).run(this.#template.parsed);
    if (typeof value !== "string") throw new TypeError("it gives no text");
    return value;
  }
}

function joinUsers(messages: readonly Message[]): readonly Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === "user" && message.role === "user") {
      joined[joined.length - 1] = { role: "user", content: `${last.content}\n\n${message.content}` };
    } else joined.push(message);
  }
  return joined;
}

function refuse(reason: unknown): never {
  throw new Error(String(reason));
}

/** Python's `range`. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, end] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new RangeError("range() must have a step other than 0");
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, at) => start + at * step);
}

/** Python's `strftime` of the fixed day, at midnight. */
function formatDay(format: string): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const parts: Readonly<Record<string, string>> = {
    "%Y": String(day.year),
    "%m": two(day.month),
    "%d": two(day.day),
    "%b": day.name.slice(0, 3),
    "%B": day.name,
    "%H": "00",
    "%M": "00",
    "%S": "00",
    "%A": "Friday",
    "%a": "Fri",
    "%%": "%",
  };
  return format.replaceAll(/%[A-Za-z%]/g, (part) => parts[part] ?? part);
}
