import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Demonstration, Domain, DomainTraits, Message, Step, TaskSource } from "./domain.ts";

/** What a function of a domain gave that is not of the form which the contract asks for. */
export class WrongShape extends TypeError {
  /** What to write instead. */
  readonly fix: string;

  /** Notes what was got, to go on from what was played, such as `"got undefined from step()"`. */
  constructor(got: string, fix: string) {
    super(got);
    this.fix = fix;
  }
}

/**
 * The domain with functions that throw a `WrongShape` where it gives what it should not, so that a check need not trip over it.
 * What a value holds is for the checks to judge.
 *
 * @throws {UserError} If the traits, by which all is played, are none.
 */
export function shaped(domain: Domain): Domain {
  const { turns, quality, feedback }: Partial<DomainTraits> = isObject(domain.traits) ? domain.traits : {};
  const known = (turns === "single" || turns === "multi") && (quality === "binary" || quality === "graded");
  if (!known || typeof feedback !== "boolean") {
    throw new UserError(
      `Expected the traits of ${domain.kind} to be { turns, quality, feedback } but found ${
        JSON.stringify(domain.traits)
      }; write turns: "single" or "multi", quality: "binary" or "graded", and feedback: true or false`,
    );
  }
  return {
    ...domain,
    tasks: (split) => shapedSource(domain.tasks(split)),
    begin: (task) => domain.begin(task),
    prompt: (task, state) => messages(domain.prompt(task, state), "prompt()"),
    step: async (task, state, response) => shapedStep(await domain.step(task, state, response)),
    ...domain.iterate === undefined ? {} : {
      iterate: (task, state, attempt, mode) =>
        messages(domain.iterate?.(task, state, attempt, mode), "iterate()"),
    },
    ...domain.reference === undefined
      ? {}
      : { reference: (task) => texts(domain.reference?.(task), "reference()") },
    ...domain.perturbed === undefined
      ? {}
      : { perturbed: (task) => texts(domain.perturbed?.(task), "perturbed()") },
    ...domain.demonstrate === undefined
      ? {}
      : { demonstrate: (mode, random) => shapedDemonstration(domain.demonstrate?.(mode, random)) },
  };
}

function shapedSource(source: TaskSource<Json>): TaskSource<Json> {
  const sourceFix =
    "Let tasks(split) give { size, at }: a whole number, or null where there is no end, and a function";
  if (!isObject(source) || typeof source.at !== "function") {
    throw new WrongShape(`got ${shown(source)} from tasks(), not { size, at }`, sourceFix);
  }
  const { size } = source;
  if (size !== null && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new WrongShape(`got the size ${shown(size)} from tasks(), no whole number and not null`, sourceFix);
  }
  return {
    size,
    at: (index) => {
      const instance = source.at(index);
      if (isObject(instance) && typeof instance.id === "string") return instance;
      throw new WrongShape(
        `got ${shown(isObject(instance) ? instance.id : instance)} ${
          isObject(instance) ? "for an id" : `from tasks().at(${index})`
        }, not { id, task } with a text for its id`,
        "Let at(index) give { id, task }, such as { id: String(number), task: number }",
      );
    },
  };
}

function shapedStep(step: Step<Json>): Step<Json> {
  const fix = "Let step() return { state, verdict: { quality, solved, reward }, done } on each of its ways";
  if (!isObject(step)) {
    throw new WrongShape(`got ${shown(step)} from step(), not { state, verdict, done }`, fix);
  }
  const { verdict } = step;
  if (!isObject(verdict)) throw new WrongShape(`got ${shown(verdict)} for a verdict from step()`, fix);
  for (const name of ["quality", "reward"] as const) {
    if (typeof verdict[name] === "number") continue;
    throw new WrongShape(`got ${shown(verdict[name])} for a ${name} from step(), no number`, fix);
  }
  return step;
}

function shapedDemonstration(given: Demonstration | undefined): Demonstration {
  if (isObject(given) && typeof given?.response === "string") {
    return { ...given, messages: messages(given.messages, "demonstrate()") };
  }
  throw new WrongShape(
    `got ${shown(given)} from demonstrate(), not { messages, response }`,
    "Let demonstrate() give the messages of a request, and a response as text",
  );
}

function messages<List extends readonly Message[]>(given: List | undefined, from: string): List {
  if (Array.isArray(given) && given.every(isObject)) return given;
  throw new WrongShape(
    `got ${shown(given)} from ${from}, not a list of messages`,
    `Let ${from} give a list: [{ role: "user", content: "…" }]; only step() may be async`,
  );
}

function texts(given: string[] | undefined, from: string): string[] {
  if (Array.isArray(given) && given.every((text) => typeof text === "string")) return given;
  throw new WrongShape(
    `got ${shown(given)} from ${from}, not a list of texts`,
    `Let ${from} give responses as a policy writes them: [String(answer)]`,
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What a value is, for a sentence. */
function shown(value: unknown): string {
  if (value === undefined || value === null || typeof value === "number") return String(value);
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a list of something else";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
