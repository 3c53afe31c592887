import { html } from "../page/html.ts";
import { type TrainingColumn, trainingFigures } from "../training_figures.ts";
import type { TrainingPoint } from "./facts.ts";
import {
  armLines,
  type Gallery,
  grid,
  type ReportSource,
  type Section,
  smallPicture,
  tokensAxis,
} from "./parts.ts";

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
                ...smallPicture,
              },
              `Held-out tasks over training: ${what} ${
                step === 0 ? "of first attempts" : `after ${step} self-improvement steps`
              }.`,
            )
          ),
          ...trainingFigures.map((figure) =>
            gallery.lines(figure.column, {
              ...{ title: figure.title, x: tokensAxis, y: figure.axis, ...smallPicture },
              series: armLines(comparison, trainingValues(facts.training, factOf(figure.column))),
            }, figure.meaning)
          ),
        ])
      }`,
  };
}

/** What the report's facts call a column of `steps`. */
function factOf(column: TrainingColumn): keyof TrainingPoint {
  switch (column) {
    case "zero_variance":
      return "zeroVariance";
    case "sampler_gap":
      return "samplerGap";
    default:
      return column;
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
