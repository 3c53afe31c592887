import * as v from "valibot";
import type { Mode } from "../domain/domain.ts";
import type { Attempt, Verdict } from "../domain/verdict.ts";
import type { Json } from "../json.ts";
import type { RandomState } from "../random.ts";
import type { Start } from "./start.ts";

/**
 * Checks a saved state before anything is changed by it.
 *
 * @param name What the state belongs to, for the message.
 * @throws {TypeError} If the state does not have the schema's form.
 */
export function restoreState<Schema extends v.GenericSchema>(
  schema: Schema,
  state: Json,
  name: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, state, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const place = v.getDotPath(issue);
  throw new TypeError(`Cannot restore the ${name}: ${issue.message}${place === null ? "" : ` at ${place}`}`);
}

const word = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));

/** Schema of a random stream's state. */
export const randomState: v.GenericSchema<RandomState> = v.strictTuple([word, word, word, word]);

/** Schema of any JSON value; its owner checks it further. */
export const anyJson: v.GenericSchema<Json> = v.custom<Json>(
  (value) => value !== undefined,
  "Expected a JSON value",
);

const id = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Schema of a verdict. */
export const savedVerdict: v.GenericSchema<Verdict> = v.strictObject({
  quality: unit,
  solved: v.boolean(),
  reward: unit,
  failed: v.exactOptional(v.boolean()),
});

/** Schema of an attempt. */
export const savedAttempt: v.GenericSchema<Attempt> = v.strictObject({
  response: v.string(),
  verdict: savedVerdict,
  feedback: v.nullable(v.string()),
});

/** Schema of what a policy is asked. */
export const savedMode: v.GenericSchema<Mode> = v.custom<Mode>(
  (mode) => typeof mode === "string" && /^(base|improve|debug|diverge|custom-.+)$/.test(mode),
  "Expected a mode",
);

/** Schema of a start; the domain's state is taken as it is. */
export const savedStart: v.GenericSchema<Start> = v.strictObject({
  id,
  task: count,
  root: v.string(),
  parent: v.nullable(id),
  turn: count,
  depth: count,
  mode: savedMode,
  state: anyJson,
  attempt: v.nullable(savedAttempt),
  chain: count,
  born: count,
});
