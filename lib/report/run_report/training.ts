import { html } from "../page/html.ts";
import type { TrainingPoint } from "./facts.ts";
import { armLines, type Gallery, grid, type ReportSource, type Section, tokensAxis } from "./parts.ts";

/** The figures of training that are drawn; each over generated tokens. */
const figures: readonly {
  readonly name: keyof TrainingPoint;
  readonly title: string;
  readonly caption: string;
}[] = [
  { name: "reward", title: "Reward", caption: "Mean reward of an iteration's rollouts, as training saw it." },
  {
    name: "solved",
    title: "Solved in training",
    caption: "Share of an iteration's rollouts that end solved.",
  },
  {
    name: "entropy",
    title: "Entropy (nats)",
    caption: "Mean entropy of the next token over trained tokens.",
  },
  {
    name: "zeroVariance",
    title: "Groups that teach nothing",
    caption: "Share of groups whose rewards are all equal, so that they have no gradient.",
  },
  { name: "depth", title: "Depth of starts", caption: "Mean self-iteration steps behind the starts." },
  {
    name: "samplerGap",
    title: "Sampler/trainer gap (nats)",
    caption: "Mean difference of a token's log-probability between the sampler and the trainer.",
  },
];

/** How held-out answers and training itself went. */
export function training({ comparison, facts }: ReportSource, gallery: Gallery): Section {
  const { steps, measure } = comparison;
  const what = measure === "solved" ? "solved share" : "mean quality";
  const ends = [...new Set([0, steps])];
  return {
    id: "training",
    title: "Over training",
    body:
      html`<p>Means over seeds at points that all seeds of an arm reach; bands are one standard error over seeds, and
with one seed over tasks where there are any.</p>${
        grid([
          ...ends.map((step) =>
            gallery.lines(
              step === 0 ? "held_out_first" : "held_out_last",
              {
                title: `Held out, k = ${step}`,
                series: armLines(
                  comparison,
                  facts.heldOut.filter((point) => point.step === step)
                    .map(({ run, iteration, tokens, value, error }) => ({
                      ...{ run, place: iteration, x: tokens, y: value, error },
                    })),
                ),
                x: tokensAxis,
                y: `${what}, k = ${step}`,
                width: 560,
                height: 300,
              },
              `Held-out tasks over training: ${what} ${
                step === 0 ? "of first attempts" : `after ${step} self-improvement steps`
              }.`,
            )
          ),
          ...figures.map(({ name, title, caption }) => trainingFigure(name, title, caption)),
        ])
      }`,
  };

  function trainingFigure(name: keyof TrainingPoint, title: string, caption: string) {
    const series = armLines(comparison, trainingValues(facts.training, name));
    const axes = { x: tokensAxis, y: title, width: 560, height: 300 };
    return gallery.lines(name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), {
      ...{ title, series, ...axes },
    }, caption);
  }
}

/** A figure of training as values of runs. */
export function trainingValues(
  points: readonly TrainingPoint[],
  name: keyof TrainingPoint,
): { readonly run: string; readonly place: number; readonly x: number; readonly y: number | null }[] {
  return points.map((point) => {
    const y = point[name];
    return { run: point.run, place: point.stretch, x: point.tokens, y: typeof y === "number" ? y : null };
  });
}
