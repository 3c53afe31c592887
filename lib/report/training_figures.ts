/**
 * The figures of training that pages draw: columns of `steps`, what they are called and what they say.
 *
 * @module
 */

/** The columns, in order. */
export type TrainingColumn =
  | "reward"
  | "solved"
  | "entropy"
  | "depth"
  | "zero_variance"
  | "sampler_gap";

/** One of them. */
export interface TrainingFigure {
  /** The column of `steps`. */
  readonly column: TrainingColumn;
  /** Its name. */
  readonly title: string;
  /** What its axis says: the figure and its unit. */
  readonly axis: string;
  /** What it says, for those who read it for the first time. */
  readonly meaning: string;
}

/** The figures, in the order in which they are drawn. */
export const trainingFigures: readonly TrainingFigure[] = [
  {
    column: "reward",
    title: "Reward",
    axis: "mean reward",
    meaning: "Mean reward of an iteration's rollouts, as training sees it.",
  },
  {
    column: "solved",
    title: "Solved in training",
    axis: "share of rollouts",
    meaning: "Share of an iteration's rollouts that end solved. What is drawn is the curriculum's choice: " +
      "arms are compared by held-out tasks, not by this.",
  },
  {
    column: "entropy",
    title: "Entropy",
    axis: "nats a token",
    meaning: "How widely the policy still chooses. Near 0 it writes the same each time.",
  },
  {
    column: "depth",
    title: "Depth of starts",
    axis: "mean self-iteration steps",
    meaning: "Self-iteration steps behind the starts that the curriculum gives.",
  },
  {
    column: "zero_variance",
    title: "Groups that teach nothing",
    axis: "share of groups",
    meaning: "Groups whose rollouts all got the same reward, so that they have no advantage to learn from.",
  },
  {
    column: "sampler_gap",
    title: "Gap between sampler and trainer",
    axis: "nats a token",
    meaning: "Mean difference of the log-probabilities that sampler and trainer give the same tokens.",
  },
];
