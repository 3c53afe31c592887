import { count, nothing, percent, plural, share } from "../figures.ts";
import { type Html, html } from "../page/html.ts";
import { swatch } from "../page/theme.ts";
import { repeatedAnswers, stepWords } from "../repeated_answers.ts";
import { type ChainAnswer, longestText, type TrainedRollout } from "./facts.ts";
import type { ReportSource, Section } from "./parts.ts";

/** What the policies wrote: chains over some held-out tasks, and rollouts of the last training iteration. */
export function samples({ comparison, facts, chains, tasks }: ReportSource): Section {
  const places = comparison.arms.flatMap(({ label, runs }, place) =>
    runs.slice(0, 1).map(({ run, seed }) => ({ label, run, seed, place }))
  );
  const trained = places.flatMap((place) => {
    const own = facts.rollouts.filter(({ run }) => run === place.run);
    return own.length === 0 ? [] : [{ ...place, own }];
  });
  return {
    id: "samples",
    title: "What was written",
    body:
      html`<p>One chain of each arm's first seed at the last evaluation. These are examples and no measure; how each
task was come by is said beside it. Steps that return the same answer are shown once.</p>${
        tasks.map(({ task, why }) =>
          html`<h3>Task ${task} <span class="faint">(${why})</span></h3>${
            places.map(({ label, run, seed, place }) => {
              const own = chains.filter((answer) => answer.run === run && answer.task === task);
              return own.length === 0 ? "" : chain(label, seed, place, own, comparison.steps);
            })
          }`
        )
      }<h3>Rollouts of the last training iteration</h3>${
        trained.length === 0
          ? html`<p>None are there: a run writes them down when it ends.</p>`
          : html`<p>Those with the highest and the lowest reward in it.</p>${
            trained.map(({ label, seed, place, own }) =>
              html`<details><summary>${swatch(place)} ${label}, seed ${seed}, iteration ${
                own[0]?.iteration
              }</summary>${own.map(rollout)}</details>`
            )
          }`
      }`,
  };
}

/** One chain of a task: one that flips if there is one, else the first. */
function chain(
  label: string,
  seed: number,
  place: number,
  answers: readonly ChainAnswer[],
  steps: number,
): Html {
  const all = [...Map.groupBy(answers, ({ sample }) => sample).values()]
    .map((chain) => chain.filter(({ step }) => step <= steps));
  const shown = all.find((chain) => chain[0]?.solved !== chain.at(-1)?.solved) ?? all[0] ?? [];
  const solved = all.filter((chain) => chain.at(-1)?.solved === true).length;
  const path = [shown[0], shown.at(-1)].map((answer) => answer?.solved === true ? "right" : "wrong").join(
    " → ",
  );
  return html`<details><summary>${swatch(place)} ${label}, seed ${seed}, chain ${
    shown[0]?.sample
  }: ${path}</summary><p class="faint">${solved} of ${
    plural(all.length, "chain")
  } of this task ended right.</p>${
    repeatedAnswers(shown).map(({ answer, until }) =>
      html`
        <p>${stepWords(answer.step, until)} <span class="badge ${answer.solved
          ? "good"
          : "bad"}">${answer.solved
          ? "right"
          : "wrong"}</span> <span class="faint">quality ${share(
            answer.quality,
          )}${answer.mode === null ? "" : `, mode ${answer.mode}`}</span></p>
        <pre>${answer.response ?? nothing}${cut(answer.length)}</pre>
      `
    )
  }</details>`;
}

function rollout({ mode, prompt, response, reward, advantage, solved }: TrainedRollout): Html {
  return html`
    <p><span class="badge ${solved ? "good" : "bad"}">${solved
      ? "right"
      : "wrong"}</span> <span class="faint">asked: ${mode}; reward ${share(reward)}, advantage ${share(
        advantage,
      )}</span></p>
    <p class="faint">Prompt</p>
    <pre>${prompt ?? nothing}</pre>
    <p class="faint">Response</p>
    <pre>${response}</pre>
  `;
}

/** What is said where a text was cut. */
function cut(length: number | null): string {
  return length === null || length <= longestText
    ? ""
    : `\n[${count(length - longestText)} more characters, ${percent(1 - longestText / length)} of it]`;
}
