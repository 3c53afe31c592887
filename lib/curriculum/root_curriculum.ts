import * as v from "valibot";
import type { Curriculum, CurriculumContext } from "./curriculum.ts";
import { checkCount, RootSampler } from "./root_sampler.ts";
import { randomState, restoreState } from "./saved_state.ts";

const schema = v.strictObject({ random: randomState, roots: v.number() });

/** A curriculum that draws roots alone and learns nothing; each start is followed by `chain` steps. */
export function rootCurriculum({ roots, random }: CurriculumContext, chain: number): Curriculum {
  const sampler = new RootSampler(roots, random);
  return {
    next: (count) => {
      checkCount(count);
      return sampler.draw(Math.max(1, Math.floor(count / (1 + chain)))).map((start) => ({ ...start, chain }));
    },
    observe: () => {},
    space: () => [],
    state: () => ({ random: random.state(), roots: sampler.state() }),
    restore: (state) => {
      const saved = restoreState(schema, state, "curriculum");
      sampler.restore(saved.roots);
      random.restore(saved.random);
    },
    metrics: () => ({}),
  };
}
