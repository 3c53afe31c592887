import * as v from "valibot";
import type { Placement } from "../../../lib/experiment/plan.ts";
import type { JsonObject } from "../../../lib/json.ts";
import { parseOptions } from "../../../lib/part.ts";

const amount = v.pipe(
  v.number("a number of at least 0"),
  v.check((value) => value >= 0 && Number.isFinite(value), "a number of at least 0"),
);
const whole = v.pipe(amount, v.integer("a whole number"));
const text = v.pipe(v.string(), v.nonEmpty("text that is not empty"));
const sentences = v.array(v.string());
const cost = v.strictObject({ expected: v.nullable(amount), most: amount });

/** The names that an environment variable may have. */
const secretName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a secret, such as HF_TOKEN"),
);

const armSchema = v.pipe(
  v.strictObject({
    flavor: text,
    gpus: whole,
    pricePerHour: amount,
    engine: v.picklist(["embedded", "exitlab", "skyrl"]),
    image: text,
    hours: v.nullable(amount),
    timeoutSeconds: v.pipe(whole, v.minValue(1, "a whole number of at least 1")),
    cost,
    arithmetic: sentences,
    unknown: sentences,
  }),
  v.check(
    ({ hours, timeoutSeconds }) => hours === null || hours * 3600 <= timeoutSeconds,
    "an arm whose time-out is not shorter than its expected hours",
  ),
  // What --max-cost is held against.
  v.check(
    ({ cost, timeoutSeconds, pricePerHour }) =>
      Math.abs(cost.most - timeoutSeconds / 3600 * pricePerHour) <= 1e-4 + 1e-6 * cost.most,
    "an arm whose greatest cost is its time-out times its price",
  ),
);

/** The schema of a placement. */
const placementSchema: v.GenericSchema<unknown, Placement> = v.strictObject({
  hardware: v.strictObject({
    source: text,
    fetched: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d/, "an ISO date")),
  }),
  arms: v.record(v.string(), armSchema),
  secrets: v.array(secretName),
  cost,
});

/**
 * The placement in a plan file.
 *
 * @param content The plan.
 * @param arms The arms that it has to place.
 * @param where What messages call the file.
 * @returns `undefined` if it has none.
 * @throws {UserError} If it has another form, or lacks an arm.
 */
export function parsePlacement(
  content: JsonObject,
  arms: readonly string[],
  where: string,
): Placement | undefined {
  if (content.placement === undefined) return undefined;
  const schema = v.object({
    placement: v.pipe(
      placementSchema,
      v.check(
        (placement) =>
          arms.length === Object.keys(placement.arms).length &&
          arms.every((arm) => Object.hasOwn(placement.arms, arm)),
        `a placement of ${arms.join(", ")} and no other arm`,
      ),
    ),
  });
  return parseOptions(schema, content, where).placement;
}
