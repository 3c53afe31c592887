/** A table is shown, such as `1 3 5 7`, and a program of one line that makes it is to be written: `2*x+1`. */
import { contentHash, defineDomain, type Domain, type DomainBehaviour, type Json } from "exitlab/domain";
import { SandboxPool, sandboxPrograms } from "exitlab/domain";
import * as v from "valibot";

type Task = { readonly times: number; readonly plus: number };
type Values = readonly Json[] | undefined;

const inputs = [0, 1, 2, 3, 4, 5, 6, 7];
const valuesOf = ({ times, plus }: Task): number[] => inputs.map((x) => times * x + plus);
const program = ({ times, plus }: Task): string => `${times}*x+${plus}`;
/** What is shown of values: the first four. The others tell a rule from a list of what was shown. */
const shown = (values: Values): string => values?.slice(0, 4).join(" ").slice(0, 15) ?? "!";

const all: Task[] = Array.from({ length: 90 }, (_, at) => ({ times: 1 + at % 9, plus: Math.floor(at / 9) }));
const lists = Object.groupBy(all, (task) => contentHash(task).charCodeAt(1) % 4 === 0 ? "test" : "train");

const pool = new SandboxPool({ size: 2 });
/** What programs gave: the same ones come again and again, and each takes a process. */
const known = new Map<string, Promise<Values>>();

/** Runs a program for all inputs, in the sandbox; nothing where it fails. Seven characters can ask no clock. */
async function run(response: string): Promise<Values> {
  if (response.length > 7) return undefined;
  const code = `export default () => ${JSON.stringify(inputs)}.map((x: number) => (${response}));`;
  const { value } = await pool.run({ language: "typescript", code, limits: { seconds: 10, memory: 64 } });
  return Array.isArray(value) && value.length === inputs.length ? value : undefined;
}

const ask = (content: string) => [{ role: "user", content } as const];

/** Linear functions; quality goes by how near the values are, and feedback is what the program gave. */
export const oneLiner: () => Domain<Task, null> = defineDomain({
  name: "one-liner",
  version: "1",
  schema: v.strictObject({}),
  build: (): DomainBehaviour<Task, null> => ({
    traits: { turns: "single", quality: "graded", feedback: true },
    permissions: { run: sandboxPrograms },
    surroundings: async () => `Programs are held by: ${(await pool.layers("typescript")).join(", ")}`,
    selfIterationReward: "absolute",
    longest: { prompt: 40, response: 7 },
    tasks: (split) => ({
      size: lists[split]?.length ?? 0,
      at: (index) => {
        const task = lists[split]?.[index];
        if (task === undefined) throw new RangeError(`No task ${index}`);
        return { id: program(task), task };
      },
    }),
    begin: () => null,
    prompt: (task) => ask(`B${shown(valuesOf(task))}`),
    iterate: (task, _state, { response, feedback }, mode) =>
      ask(`${mode === "improve" ? "I" : "D"}${shown(valuesOf(task))}:${response.slice(0, 7)}=${feedback}`),
    step: async (task, state, response) => {
      if (!known.has(response)) known.set(response, run(response));
      const values = await known.get(response);
      const near = valuesOf(task).map((wanted, at) => {
        const value = values?.[at];
        return typeof value === "number" ? 1 / (1 + Math.abs(value - wanted)) : 0;
      }).reduce((sum, one) => sum + one / inputs.length, 0);
      const verdict = { quality: near, solved: near === 1, reward: near, failed: values === undefined };
      return { state, verdict, feedback: shown(values), done: true };
    },
    reference: (task) => [program(task)],
    perturbed: ({ times, plus }) => [program({ times, plus: plus + 1 }), program({ times: times + 1, plus })],
    demonstrate: (mode, random) => {
      const task = random.pick(lists.train ?? []);
      const slip = (digit: number) => random.chance(0.5) ? digit : random.int(10);
      const careless = (): Task => ({ times: slip(task.times), plus: slip(task.plus) });
      const earlier = careless();
      const before = mode === "base" ? "" : `:${program(earlier)}=${shown(valuesOf(earlier))}`;
      const content = { base: "B", improve: "I", diverge: "D" }[mode] + shown(valuesOf(task)) + before;
      return { messages: ask(content), response: program(careless()) };
    },
  }),
});

export default oneLiner();
