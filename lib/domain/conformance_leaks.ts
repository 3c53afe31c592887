import type { Findings } from "./finding.ts";

/** A reference of this length or more does not stand in a text by chance. */
const tellingLength = 8;

/** So many different answers must be told before short ones count as told on purpose. */
const fewestAnswers = 4;

/** Answers that come more often than this are moves or commands, which a text may well name. */
const mostOften = 3;

/** What a policy was told, and what the answer was. */
export interface Asked {
  /** The task, for messages. */
  readonly where: string;
  /** The text; of a request of several turns, without what the policy itself has said. */
  readonly prompt: string;
  /** The known-good response. */
  readonly reference: string;
  /** Wrong responses that are near to it. */
  readonly perturbed: readonly string[];
}

/** What a kind of text is called in a finding, and how to mend it. */
export interface LeakWords {
  /** Such as `"its prompt"`. */
  readonly one: string;
  /** Such as `"Every prompt"`. */
  readonly every: string;
  /** What to write instead. */
  readonly fix: string;
}

/**
 * Refuses a text that holds the answer: at once for a long answer of this task alone, unless the texts of all tasks hold it, as
 * they do where it is a form of words that every request explains; for a short one, which may stand there by chance, only if
 * all texts hold theirs and few hold another's. What all references have in common, such as `"The answer is …"`, is no part of
 * the answer. Where the texts hold wrong answers just as well, or the same few answers come again and again, the task is to
 * choose among them, and nothing is told.
 */
export function checkLeaks(all: readonly Asked[], { one, every, fix }: LeakWords, findings: Findings): void {
  const asked = all.filter(({ reference }) => reference.trim() !== "");
  const cut = commonEnds(asked.map(({ reference }) => reference));
  if (isChoice(asked, cut)) return;
  const severalTasks = asked.some(({ where }) => where !== asked[0]?.where);
  const tasksOf = Map.groupBy(asked, ({ reference }) => reference);
  const isCommon = (reference: string): boolean =>
    severalTasks && (new Set(tasksOf.get(reference)?.map(({ where }) => where)).size > 1 ||
      asked.every(({ prompt }) => prompt.includes(reference)));
  for (const { where, prompt, reference } of asked) {
    const telling = reference.length >= tellingLength && prompt.includes(reference) && !isCommon(reference);
    findings.expect(!telling, "leak", `${where} has its reference in ${one}`, fix);
  }
  findings.expect(!allTell(asked, cut), "leak", `${every} has its own reference in it`, fix);
}

/** Whether each text holds its own answer, and at most half of them the next other one. */
function allTell(asked: readonly Asked[], cut: (text: string) => string): boolean {
  const answers = [...new Set(asked.map(({ reference }) => cut(reference)))];
  if (answers.length < fewestAnswers || mostOften * answers.length <= asked.length) return false;
  if (!asked.every(({ prompt, reference }) => prompt.includes(cut(reference)))) return false;
  const next = new Map(answers.map((answer, at) => [answer, answers[(at + 1) % answers.length] ?? ""]));
  const others = asked.filter(({ prompt, reference }) => prompt.includes(next.get(cut(reference)) ?? ""));
  return 2 * others.length <= asked.length;
}

/** Whether half of the texts, or more, hold a wrong answer as well. */
function isChoice(asked: readonly Asked[], cut: (text: string) => string): boolean {
  const having = asked.filter(({ perturbed }) => perturbed.length > 0);
  const holding = having.filter(({ prompt, perturbed }) =>
    perturbed.map(cut).some((wrong) => wrong.trim() !== "" && prompt.includes(wrong))
  );
  return having.length > 0 && 2 * holding.length >= having.length;
}

/** Takes away the words that all texts begin and end with; nothing where it would leave one without any. */
function commonEnds(texts: readonly string[]): (text: string) => string {
  const different = [...new Set(texts)];
  const [first = ""] = different;
  if (different.length < 2) return (text) => text;
  const shared = (texts: readonly string[], model: string): number => {
    let length = model.length;
    for (const text of texts) while (!text.startsWith(model.slice(0, length))) length--;
    // A word or number that is shared in part belongs to the answer.
    return /^[^]*?(?=[\p{L}\p{N}]*$)/u.exec(model.slice(0, length))?.[0].length ?? 0;
  };
  const backwards = (text: string): string => [...text].reverse().join("");
  const begin = shared(different, first);
  const end = shared(different.map(backwards), backwards(first));
  if (different.some(({ length }) => length <= begin + end)) return (text) => text;
  const [head, tail] = [first.slice(0, begin), end === 0 ? "" : first.slice(-end)];
  return (text) => text.startsWith(head) && text.endsWith(tail) ? text.slice(begin, text.length - end) : text;
}
