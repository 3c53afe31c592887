import type { Json } from "../json.ts";
import type { Question } from "./conformance_episode.ts";
import { digest } from "./conformance_json.ts";
import type { TaskInstance } from "./domain.ts";
import type { Findings } from "./finding.ts";

const fix =
  "Split by what is asked and answered, not by index or id: give all tasks with the same question, " +
  "or the same solution, to one side";

/** Refuses tasks that are in both splits, by id or by content; returns the ids of those held out. */
export function checkSplits(
  train: readonly TaskInstance<Json>[],
  test: readonly TaskInstance<Json>[],
  findings: Findings,
): ReadonlySet<string> {
  const ids = new Set(train.map(({ id }) => id));
  const contents = new Map(train.map(({ id, task }) => [digest(task), id]));
  const both = new Set<string>();
  for (const { id, task } of test) {
    const twin = contents.get(digest(task));
    const named = twin === undefined || twin === id ? "" : `, in training as "${twin}"`;
    if (!ids.has(id) && twin === undefined) continue;
    both.add(id);
    findings.expect(false, "splits", `Task "${id}" is in both splits${named}`, fix);
  }
  return both;
}

/** Refuses held-out tasks that ask what a task of training asks, under another id and content. */
export function checkQuestions(
  train: readonly Question[],
  test: readonly Question[],
  shared: ReadonlySet<string>,
  findings: Findings,
): void {
  const asked = new Map<string, Question>();
  for (const question of train) if (question.whole !== null) asked.set(question.whole, question);
  // What every task asks tells none from another: the difference is in what comes later, or nowhere.
  if (new Set([...train, ...test].map(({ prompt }) => prompt)).size < 2) return;
  for (const { id, whole, references } of test) {
    const twin = whole === null ? undefined : asked.get(whole);
    if (twin === undefined || shared.has(id)) continue;
    const answer = references !== null && references === twin.references ? ", and has the same answer" : "";
    findings.expect(
      false,
      "splits",
      `Held-out task "${id}" asks what task "${twin.id}" of training asks${answer}`,
      fix,
    );
  }
}
