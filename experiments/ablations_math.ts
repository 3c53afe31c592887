/**
 * What becomes of the `improve` arm of the ladder when one thing is changed: the curriculum's knobs, the reward, the
 * objective, and each counter-measure against policies that copy their answer. `feedback_chain` is the chain that
 * `feedback` is to be compared with.
 */
import {
  changeBonus,
  compare,
  diverge,
  diversityBonus,
  exit,
  type ExitInput,
  type Experiment,
  fixedDepth,
  grpo,
  type GrpoInput,
  improve,
  type OperatorPart,
  selfImitation,
  sudoku,
  type SudokuInput,
  tinyTransformer,
} from "../mod.ts";

const domain = (change: SudokuInput = {}) =>
  sudoku({ size: 4, givens: [4, 6], trainingTasks: 256, testTasks: 256, ...change });

const objective = (change: GrpoInput = {}) =>
  grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.03, schedule: "linear", ...change });

const explore = (change: ExitInput) => ({ curriculum: exit(change) });
const also = (...operators: readonly OperatorPart[]) => ({ operators: [improve(), ...operators] });

const ablations: Experiment = compare({
  name: "ablations-math",
  base: {
    domain: domain(),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: objective(),
    curriculum: exit(),
    operators: [improve()],
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 16, samples: 2 },
  },
  arms: {
    improve: {},
    // The curriculum.
    kappa_0: explore({ kappa: 0 }),
    kappa_20: explore({ kappa: 20 }),
    p_25: explore({ probability: 0.25 }),
    p_75: explore({ probability: 0.75 }),
    capacity_128: explore({ capacity: 128 }),
    capacity_4096: explore({ capacity: 4096 }),
    no_solved: explore({ solvedStarts: false }),
    // What a step is paid for, and what it is told.
    gain_only: { operators: [improve({ reward: "improvement" })] },
    graded: { domain: domain({ reward: "graded" }) },
    feedback: { domain: domain({ feedback: true }) },
    feedback_chain: {
      domain: domain({ feedback: true }),
      curriculum: fixedDepth({ depth: 4 }),
      operators: [],
    },
    // The objective.
    group_4: { objective: objective({ groups: 64, groupSize: 4 }) },
    group_16: { objective: objective({ groups: 16, groupSize: 16 }) },
    entropy_0: { objective: objective({ entropy: 0 }) },
    entropy_10: { objective: objective({ entropy: 0.1 }) },
    kl: { objective: objective({ kl: { coefficient: 0.01 } }) },
    redraws: { objective: objective({ redraws: 2 }) },
    // Operators.
    diverge_20: also(diverge({ probability: 0.2 })),
    diverge_50: also(diverge({ probability: 0.5 })),
    bonus_paper: also(diversityBonus({ mode: "paper" })),
    change_bonus: also(changeBonus()),
    mend_only: also(selfImitation({ mend: 0.3, keep: 0 })),
    keep_only: also(selfImitation({ mend: 0, keep: 1 })),
    imitate: also(selfImitation({ mend: 0.3, keep: 1 })),
  },
  seeds: [11, 12],
  quick: { arms: ["improve", "imitate"], seeds: [1] },
});

export default ablations;
