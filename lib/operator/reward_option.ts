import * as v from "valibot";
import type { Mode, RewardRule } from "../domain/domain.ts";
import type { OperatorPart } from "./operator.ts";

/** How an operator's steps are rewarded: by a rule of its own, or as the domain says. */
export type RewardOption = "domain" | RewardRule;

/** The schema of an operator's `reward`; the domain's rule when left out. */
export const rewardOption: v.OptionalSchema<v.GenericSchema<RewardOption>, "domain"> = v.optional(
  v.picklist(["domain", "absolute", "improvement", "improvement-or-keep"]),
  "domain",
);

/** The operator's field for its reward rule; none where the domain's holds. */
export function rewardRuleOf(mode: Mode, reward: RewardOption): Pick<OperatorPart, "rewardRule"> {
  return reward === "domain" ? {} : { rewardRule: { mode, rule: reward } };
}
