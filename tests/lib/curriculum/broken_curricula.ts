import type { Curriculum, CurriculumContext, CurriculumPart } from "../../../lib/curriculum/curriculum.ts";
import { exit } from "../../../lib/curriculum/exit.ts";
import type { Json } from "../../../lib/json.ts";

/** A curriculum with nothing wrong. */
export const sound: CurriculumPart = exit({ capacity: 24, minimumFill: 8 });

/** A curriculum, sound if none is given, with some of its methods replaced. */
export function broken(
  change: (inner: Curriculum, context: CurriculumContext) => Partial<Curriculum>,
  part: CurriculumPart = sound,
): CurriculumPart {
  return {
    ...part,
    create: (context) => {
      const inner = part.create(context);
      const whole: Curriculum = {
        next: (count) => inner.next(count),
        observe: (outcomes) => inner.observe(outcomes),
        space: () => inner.space(),
        state: () => inner.state(),
        restore: (state) => inner.restore(state),
        metrics: () => inner.metrics(),
      };
      return { ...whole, ...change(inner, context) };
    },
  };
}

/** The part of a broken curriculum's state that is the sound one's. */
const innerState = (state: Json): Json =>
  typeof state === "object" && state !== null && "inner" in state ? state.inner ?? null : null;

let drawn = 0;

/** A fault, the check that has to find it, and words that the finding has to have. */
export const brokenCurricula: Readonly<
  Record<string, [part: CurriculumPart, check: string, message: RegExp]>
> = {
  "picks by a counter that all instances share": [
    broken((_, { roots }) => ({
      next: (count) => Array.from({ length: count }, () => roots.at(drawn++ % (roots.size ?? 50))),
    })),
    "same seed",
    /one seed pick different/,
  ],
  "ignores its seed": [
    broken((_, { roots }) => ({
      next: (count) => Array.from({ length: count }, (_, index) => roots.at(index % (roots.size ?? 50))),
    })),
    "same seed",
    /Two seeds pick the same/,
  ],
  "changes as it is saved": [
    broken((inner) => ({
      state: () => {
        inner.next(1);
        return inner.state();
      },
    })),
    "restore",
    /state\(\) changes/,
  ],
  "restores nothing": [broken(() => ({ restore: () => {} })), "restore", /another state/],
  "forgets its random stream": [
    broken((inner) => {
      let saved = inner.state();
      return { state: () => saved = inner.state(), restore: () => inner.restore(saved) };
    }),
    "restore",
    /another future/,
  ],
  "forgets its task space": [
    broken((inner) => {
      let shown: number | null = null;
      return {
        space: () => inner.space().slice(0, shown ?? undefined),
        restore: (state) => {
          inner.restore(state);
          shown = 3;
        },
      };
    }),
    "restore",
    /another task space/,
  ],
  "forgets a figure": [
    broken((inner) => {
      let batches = 0;
      return {
        next: (count) => {
          batches++;
          return inner.next(count);
        },
        metrics: () => ({ ...inner.metrics(), batches }),
      };
    }),
    "restore",
    /another record/,
  ],
  "forgets which task of an endless source is next": [
    broken((inner, { roots }) => {
      let fresh = 0;
      return {
        next: (count) =>
          roots.size === null ? Array.from({ length: count }, () => roots.at(fresh++)) : inner.next(count),
      };
    }),
    "restore",
    /another future .* endless tasks/,
  ],
  "grows for ever": [
    broken((inner) => {
      const log: string[] = [];
      return {
        observe: (outcomes) => {
          log.push(...outcomes.map(({ start }) => start.id));
          inner.observe(outcomes);
        },
        state: () => ({ inner: inner.state(), log }),
        restore: (state) => inner.restore(innerState(state)),
      };
    }),
    "memory",
    /grew from \d+ to \d+ characters .* 50 tasks/,
  ],
  "remembers each task of an endless source": [
    broken((inner) => {
      const seen = new Set<number>();
      return {
        observe: (outcomes) => {
          for (const { start } of outcomes) seen.add(start.task);
          inner.observe(outcomes);
        },
        state: () => ({ inner: inner.state(), seen: [...seen].map((task) => `task ${task} was seen`) }),
        restore: (state) => inner.restore(innerState(state)),
      };
    }),
    "memory",
    /grew .* endless tasks/,
  ],
  "changes a start": [
    broken((inner) => ({
      next: (count) => inner.next(count).map((start) => ({ ...start, depth: 7 })),
    })),
    "starts",
    /not as it was given in/,
  ],
  "chooses the mode itself": [
    broken((inner) => ({
      next: (count) => inner.next(count).map((start) => ({ ...start, mode: "improve" })),
    })),
    "starts",
    /mode "improve"/,
  ],
  "hands out histories that nothing works on": [
    { ...sound, create: (context) => sound.create({ ...context, iterates: true }) },
    "starts",
    /nothing works on without operators/,
  ],
  "gives no start": [
    broken((inner) => ({
      next: (count) => {
        inner.next(count);
        return [];
      },
    })),
    "count",
    /gives 0 starts/,
  ],
  "gives a start too many": [
    broken((inner) => ({ next: (count) => inner.next(count === 1 ? 1 : count + 1) })),
    "count",
    /next\(2\) gives 3 starts that ask for 3 completions/,
  ],
  "does not fill a batch": [
    broken((inner) => ({ next: (count) => inner.next(count).slice(0, Math.ceil(count / 2)) })),
    "count",
    /room for more/,
  ],
  "does not count the steps of its chains": [
    {
      ...broken((inner) => ({
        next: (count) => inner.next(count).map((start) => ({ ...start, chain: 3 })),
      })),
      longestChain: 4,
    },
    "count",
    /next\(5\) gives 5 starts that ask for 20/,
  ],
  "asks for longer chains than it says": [
    broken((inner) => ({
      next: (count) => inner.next(Math.ceil(count / 4)).map((start) => ({ ...start, chain: 3 })),
    })),
    "count",
    /asks for 4 completions, but longestChain is 1/,
  ],
  "drops starts while it has room": [
    broken((inner) => {
      let batches = 0;
      return {
        next: (count) => {
          batches++;
          return inner.next(count);
        },
        space: () => inner.space().filter((_, index) => (index + batches) % 7 > 0),
      };
    }, exit({ capacity: 4096, minimumFill: 4096 })),
    "nothing lost",
    /leaves a task space that has room/,
  ],
  "holds a start twice": [
    broken((inner) => ({ space: () => [...inner.space(), ...inner.space().slice(0, 1)] })),
    "nothing twice",
    /twice/,
  ],
  "replays what its task space does not hold": [
    broken((inner) => ({ space: () => inner.space().slice(0, 5) })),
    "accounts",
    /not in the task space/,
  ],
  "does not count visits": [
    broken(
      (inner) => ({ space: () => inner.space().map((entry) => ({ ...entry, visits: 0 })) }),
      exit({ capacity: 4096, minimumFill: 1 }),
    ),
    "accounts",
    /has 0 visits after 0 and [1-9]\d* groups/,
  ],
  "has a figure that is no number": [
    broken((inner) => ({ metrics: () => ({ ...inner.metrics(), age: NaN }) })),
    "metrics",
    /"age" is NaN/,
  ],
  "divides by nothing before its first batch": [
    broken((inner) => {
      let batches = 0;
      return {
        next: (count) => {
          batches++;
          return inner.next(count);
        },
        metrics: () => ({ mean: 1 / batches }),
      };
    }),
    "metrics",
    /"mean" is Infinity/,
  ],
  "has a score that is no number": [
    broken((inner) => ({ space: () => inner.space().map((entry) => ({ ...entry, learnability: NaN })) })),
    "metrics",
    /"learnability of .*" is NaN/,
  ],
  "takes any count": [
    broken((inner) => ({
      next: (count) => inner.next(Number.isSafeInteger(count) && count > 0 ? count : 1),
    })),
    "refusal",
    /next\(-1\) is not refused/,
  ],
  "takes any state": [
    broken((inner) => ({
      restore: (state) => {
        if (typeof state === "object" && state !== null && Object.keys(state).length > 1) {
          inner.restore(state);
        }
      },
    })),
    "refusal",
    /restore\(\{\}\) is not refused/,
  ],
  "is changed by a state that it refuses": [
    broken((inner) => ({
      restore: (state) => {
        if (state === null) inner.next(1);
        inner.restore(state);
      },
    })),
    "refusal",
    /Refused input changed/,
  ],
  "is changed by outcomes that are none": [
    broken((inner) => ({
      observe: (outcomes) => {
        if (outcomes.length === 0) inner.next(1);
        inner.observe(outcomes);
      },
    })),
    "order",
    /observe\(\[\]\) changes/,
  ],
  "wants outcomes of its last batch, in order": [
    broken((inner) => {
      let waiting: string[] = [];
      return {
        next: (count) => {
          const starts = inner.next(count);
          waiting = starts.map(({ id }) => id);
          return starts;
        },
        observe: (outcomes) => {
          for (const { start } of outcomes) {
            if (waiting.shift() !== start.id) throw new Error("Not what I picked");
          }
          inner.observe(outcomes);
        },
      };
    }),
    "order",
    /Not what I picked/,
  ],
  "changes outcomes that it is given": [
    broken((inner) => ({
      observe: (outcomes) => {
        inner.observe(outcomes);
        for (const { start } of outcomes) if (!Object.isFrozen(start)) Object.assign(start, { depth: 9 });
      },
    })),
    "mutation",
    /changes the outcomes/,
  ],
  "needs several tasks": [
    broken((inner, { roots }) => ({
      next: (count) => {
        if (roots.size === 1) throw new RangeError("Too few tasks");
        return inner.next(count);
      },
    })),
    "single task",
    /Too few tasks/,
  ],
  "takes every source for a finite one": [
    broken((_, { roots, random }) => ({
      next: (count) => Array.from({ length: count }, () => roots.at(random.int(roots.size ?? NaN))),
    })),
    "endless",
    /no root task NaN of an endless source/,
  ],
  "throws": [
    broken(() => ({
      observe: () => {
        throw new Error("Out of order");
      },
    })),
    "run",
    /Out of order/,
  ],
};
