/**
 * What keeps a chain searching instead of copying? Imitation of one's own better attempts (`improve_imitate` of the
 * ladder with unlimited tasks) with its parts taken away, made stronger and joined by other counter-measures, with a
 * cooler evaluation, and trained three times as long.
 */
import {
  changeBonus,
  diverge,
  exit,
  type Experiment,
  extend,
  improve,
  type OperatorPart,
  selfImitation,
} from "../mod.ts";
import unlimited from "./ladder_math_unlimited.ts";

const imitation = selfImitation({ mend: 0.3, keep: 1 });
const arm = (...operators: readonly OperatorPart[]) => ({
  curriculum: exit(),
  operators: [improve(), ...operators],
});

const search: Experiment = extend(unlimited, {
  name: "search-math",
  arms: {
    grpo: null,
    curriculum: null,
    diverge: null,
    exit: null,
    chain: null,
    chain_imitate: null,
    grpo_imitate: null,
    mend_only: arm(selfImitation({ mend: 0.3, keep: 0 })),
    keep_only: arm(selfImitation({ mend: 0, keep: 1 })),
    stronger: arm(selfImitation({ mend: 1, keep: 3 })),
    with_diverge: arm(diverge({ probability: 0.2 }), imitation),
    with_change_bonus: arm(changeBonus(), imitation),
    cooler: { ...arm(imitation), evaluate: { temperature: 0.6 } },
    longer: { ...arm(imitation), budget: { tokens: 3_000_000 } },
  },
  seeds: [11, 12],
});

export default search;
