/** How submissions of a competition of MLE-bench are graded. */
export interface BenchCompetition {
  /** Its id, which is its folder's name. */
  readonly id: string;
  /** What the paper does with it. */
  readonly split: "train" | "test";
  /** The metric of MLE-bench's own grader: mean over columns where there are several. */
  readonly metric: "auc" | "log-loss" | "rmsle";
  /** The score that counts as 0 in the paper's normalisation. */
  readonly worst: number;
  /** The score that counts as 1. */
  readonly best: number;
  /** The column that says which row is which. */
  readonly idColumn: string;
  /** The columns to predict: probabilities, or numbers of at least 0 for RMSLE. */
  readonly targets: readonly string[];
}

/**
 * The six competitions of the paper (arXiv 2509.04575, Table 3), the three that train first. Columns and metrics are those
 * of MLE-bench's graders. The paper calls nomad2018's metric RMS error, where the grader has the mean RMSLE of two columns,
 * and jigsaw's AUC is a mean over six.
 */
export const paperCompetitions: readonly BenchCompetition[] = [
  {
    id: "detecting-insults-in-social-commentary",
    split: "train",
    metric: "auc",
    worst: 0,
    best: 1,
    idColumn: "Comment",
    targets: ["Insult"],
  },
  {
    id: "spooky-author-identification",
    split: "train",
    metric: "log-loss",
    worst: 1.5,
    best: 0,
    idColumn: "id",
    targets: ["EAP", "HPL", "MWS"],
  },
  {
    id: "random-acts-of-pizza",
    split: "train",
    metric: "auc",
    worst: 0,
    best: 1,
    idColumn: "request_id",
    targets: ["requester_received_pizza"],
  },
  {
    id: "jigsaw-toxic-comment-classification-challenge",
    split: "test",
    metric: "auc",
    worst: 0,
    best: 1,
    idColumn: "id",
    targets: ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"],
  },
  {
    id: "nomad2018-predict-transparent-conductors",
    split: "test",
    metric: "rmsle",
    worst: 1,
    best: 0,
    idColumn: "id",
    targets: ["formation_energy_ev_natom", "bandgap_energy_ev"],
  },
  {
    id: "aerial-cactus-identification",
    split: "test",
    metric: "auc",
    worst: 0,
    best: 1,
    idColumn: "id",
    targets: ["has_cactus"],
  },
];
