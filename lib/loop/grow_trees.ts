import { rootStart, type Start, startId } from "../curriculum/start.ts";
import type { TaskInstance } from "../domain/domain.ts";
import { type Attempt, checkVerdict } from "../domain/verdict.ts";
import type { GreedySearch } from "../experiment/settings.ts";
import type { Json } from "../json.ts";
import { defaultBenchmark } from "../metrics/benchmarks.ts";
import { deriveSeed, Random } from "../random.ts";
import type { EvaluationContext, EvaluationOutcome } from "./evaluate.ts";
import { fitRequest } from "./fit_prompt.ts";
import { bestNode, debugDepthOf, nextStep, type SearchedNode, type SearchStep } from "./greedy_search.ts";
import { heldOutTasks } from "./play_held_out.ts";

/** A response in a search, with what it was made from. */
export type GrownNode = SearchedNode & {
  /** The response and its verdict. */
  readonly attempt: Attempt;
  /** Generated tokens. */
  readonly tokens: number;
  /** How many characters of the parent's response the request left out. */
  readonly shortened: number;
  /** Whether it became the best so far by validation. */
  readonly best: boolean;
};

/** A search over a held-out task. */
export interface SearchTree {
  /** The task's id. */
  readonly task: string;
  /** The benchmark that it belongs to. */
  readonly benchmark: string;
  /** Which search of the task, from 0. */
  readonly sample: number;
  /** One a step, in the order of growth: node k was grown at step k. */
  readonly nodes: readonly GrownNode[];
}

/** A search under way. */
interface Growing extends SearchTree {
  readonly root: Start;
  readonly content: Json;
  readonly nodes: GrownNode[];
  /** Where each node's response can be worked on, in the order of nodes. */
  readonly starts: Start[];
}

/**
 * Grows a tree of 1 + K responses for each held-out task and sample, by greedy search (`nextStep`). The search sees what
 * the verdict calls reward, the score on validation; quality, the test score, decides nothing.
 *
 * @param iteration Training iterations so far; with the seed it decides all draws, the same for every arm.
 * @param progress Told the k that was drawn.
 * @returns In the order of tasks and samples.
 * @throws {UserError} If the domain gives a verdict outside [0, 1].
 */
export async function growTrees(
  context: EvaluationContext,
  options: GreedySearch,
  iteration: number,
  progress: (step: number) => void = () => {},
): Promise<SearchTree[]> {
  const { domain, evaluation, seed } = context;
  const trees = heldOutTasks(domain, evaluation.tasks).flatMap((instance, index) =>
    Array.from({ length: evaluation.samples }, (_, sample) => plant(context, instance, index, sample))
  );
  for (let step = 0; step <= evaluation.steps; step++) {
    const chosen = trees.map(({ root, sample, nodes }) =>
      nextStep(nodes, options, new Random(seed, "search", iteration, root.root, sample, step))
    );
    await grow(context, trees, chosen, (root, sample) =>
      // The same as a chain's, so that a search begins with the chain's first response.
      deriveSeed(seed, "evaluate", iteration, root, sample, step));
    progress(step);
  }
  return trees.map(({ task, benchmark, sample, nodes }) => ({ task, benchmark, sample, nodes }));
}

function plant(
  { domain }: EvaluationContext,
  { id, task, benchmark = defaultBenchmark }: TaskInstance<Json>,
  index: number,
  sample: number,
): Growing {
  const root = rootStart(index, id, domain.begin(task));
  return { task: id, benchmark, sample, root, content: task, nodes: [], starts: [] };
}

/** Draws the chosen response of each tree. */
async function grow(
  context: EvaluationContext,
  trees: readonly Growing[],
  chosen: readonly SearchStep[],
  seedOf: (root: string, sample: number) => number,
): Promise<void> {
  const { domain, responder, evaluation, maxTokens } = context;
  const asked = trees.flatMap((tree, at) => {
    const step = chosen[at];
    if (step === undefined) return [];
    const start = step.parent === null ? tree.root : tree.starts[step.parent];
    if (start === undefined) throw new Error(`The search of task "${tree.task}" has no node ${step.parent}`);
    return [{ tree, step, start: { ...start, mode: step.mode } }];
  });
  const requests = asked.map(({ tree, start }) => fitRequest(start, tree.content, context));
  const answers = await responder.respond(asked.map(({ tree }, at) => ({
    messages: requests[at]?.messages ?? [],
    maxTokens,
    temperature: evaluation.temperature,
    topP: evaluation.topP,
    seed: seedOf(tree.root.root, tree.sample),
  })));
  for (const [at, { tree, step, start }] of asked.entries()) {
    const answer = answers[at];
    if (answer === undefined) throw new Error("The responder lost an answer");
    const { text: response, tokens } = answer;
    const played = await domain.step(tree.content, tree.root.state, response);
    const verdict = checkVerdict(played.verdict, `domain "${domain.kind}", task "${tree.task}"`);
    const attempt = { response, verdict, feedback: played.feedback ?? null };
    const scores = { validation: verdict.reward, failed: verdict.failed === true };
    tree.starts.push({
      ...start,
      id: startId(start.root, start.turn, start.state, attempt),
      parent: start.id,
      depth: start.depth + 1,
      attempt,
    });
    tree.nodes.push({
      ...step,
      debugDepth: debugDepthOf(step, tree.nodes),
      ...scores,
      attempt,
      tokens,
      shortened: requests[at]?.shortened ?? 0,
      best: bestNode([...tree.nodes, scores]) === tree.nodes.length,
    });
  }
}

/**
 * The answer of each search after k = 0…K steps: the best so far by validation, and the first response while all have
 * failed. Its quality on the test is told, and was not looked at.
 *
 * @returns In the order of `evaluate`: k = 0 of all tasks and samples, then k = 1, and so on.
 */
export function bestSoFar(trees: readonly SearchTree[]): EvaluationOutcome[] {
  const steps = Math.max(0, ...trees.map(({ nodes }) => nodes.length));
  return Array.from(
    { length: steps },
    (_, step) =>
      trees.flatMap(({ task, benchmark, sample, nodes }): EvaluationOutcome[] => {
        const [shown, before] = [step, step - 1].map((last) =>
          nodes[bestNode(nodes.slice(0, last + 1)) ?? 0]
        );
        const own = nodes[step];
        if (shown === undefined || own === undefined) return [];
        const { attempt, mode } = shown;
        const changed = step > 0 && before?.attempt.response !== attempt.response;
        const { tokens, shortened } = own;
        return [{
          task,
          benchmark,
          sample,
          step,
          attempt,
          attempts: [attempt],
          changed,
          tokens,
          shortened,
          mode,
        }];
      }),
  ).flat();
}
