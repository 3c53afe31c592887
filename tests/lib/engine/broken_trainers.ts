import type { Datum, LossSpec } from "../../../lib/engine/engine.ts";
import { averaging, broken, type Fault, heat, reported, step, trained } from "./broken_engine.ts";

/** Engines with a fault in how they train. */
export const brokenTrainers: Readonly<Record<string, Fault>> = {
  "climbs the loss": [
    trained((datum) => ({ ...datum, coefficients: datum.coefficients.map((weight) => -weight) })),
    "step",
    /positive coefficients changed the log-probability of its responses by -/,
  ],
  "does not move": [
    broken((inner) => ({ optimStep: (options) => inner.optimStep({ ...options, learningRate: 0 }) })),
    "step",
    /positive coefficients changed the log-probability of its responses by 0/,
  ],
  "moves by itself": [
    broken((inner) => ({
      optimStep: (options) =>
        inner.optimStep({ ...options, learningRate: Math.max(0.001, options.learningRate) }),
    })),
    "step",
    /size 0 changes/,
  ],
  "learns from good ones alone": [
    trained((datum) => ({
      ...datum,
      coefficients: datum.coefficients.map((weight) => Math.max(0, weight)),
    })),
    "step",
    /negative coefficients does not/,
  ],
  "keeps the last batch alone": [
    broken((inner) => {
      let pending = false;
      return {
        forwardBackward: async (batch, loss) => {
          if (pending) await inner.optimStep({ ...step, learningRate: 0 });
          pending = true;
          return await inner.forwardBackward(batch, loss);
        },
        optimStep: (options) => {
          pending = false;
          return inner.optimStep(options);
        },
      };
    }),
    "gradient",
    /same batch twice has norm/,
  ],
  "remembers gradients": [
    broken((inner) => {
      let last: [readonly Datum[], LossSpec] = [[], heat];
      return {
        forwardBackward: (batch, loss) => {
          last = [batch, loss];
          return inner.forwardBackward(batch, loss);
        },
        optimStep: async (options) => {
          const report = await inner.optimStep(options);
          await inner.forwardBackward(...last);
          return report;
        },
      };
    }),
    "gradient",
    /does not clear the gradient/,
  ],
  "has no gradient": [
    trained((datum) => ({ ...datum, coefficients: datum.coefficients.map(() => 0) })),
    "gradient",
    /norm of a gradient is 0/,
  ],
  "trains on tokens that were left out": [
    trained((datum) => ({
      ...datum,
      coefficients: datum.coefficients.map((weight, at) => at === 0 ? 0 : weight || 0.1),
    })),
    "gradient",
    /Coefficients of 0 give a gradient/,
  ],
  "tells the norm after clipping": [
    broken((inner) => ({
      optimStep: async (options) => {
        const { gradientNorm } = await inner.optimStep(options);
        return { gradientNorm: Math.min(gradientNorm, options.clipNorm) };
      },
    })),
    "gradient",
    /when it is clipped/,
  ],
  "takes the gradient at another temperature": [
    broken((inner) => ({
      forwardBackward: async (batch, loss) => {
        await inner.forwardBackward(batch, { temperature: 2 * loss.temperature });
        const unweighed = batch.map(({ tokens, coefficients }) => ({
          tokens,
          coefficients: coefficients.map(() => 0),
        }));
        const report = await inner.forwardBackward(unweighed, loss);
        const value = batch.reduce(
          (sum, { coefficients }, row) =>
            coefficients.reduce((own, weight, at) => own - weight * (report.logprobs[row]?.[at] ?? 0), sum),
          0,
        );
        return { ...report, loss: value };
      },
    })),
    "gradient",
    /of what the gradient's norm promises/,
  ],
  "sums but says that it averages": [
    broken(() => ({}), { reduction: "mean" }),
    "reduction",
    /which is no mean/,
  ],
  "averages but says that it sums": [averaging("sum"), "reduction", /which is no sum/],
  "normalises coefficients": [
    trained((datum, batch) => {
      const largest = Math.max(1e-9, ...batch.flatMap(({ coefficients }) => [...coefficients].map(Math.abs)));
      return { ...datum, coefficients: datum.coefficients.map((weight) => weight / largest) };
    }),
    "reduction",
    /do not triple/,
  ],
  "sums within a sequence and averages over them": [
    trained((datum, batch) => ({
      ...datum,
      coefficients: datum.coefficients.map((weight) => weight / batch.length),
    })),
    "reduction",
    /which is no sum/,
  ],
  "reports log-probabilities at temperature 1": [
    broken((inner) => ({
      forwardBackward: async (batch, loss) => ({
        ...await inner.forwardBackward(batch, loss),
        logprobs: await inner.logprobs(batch.map(({ tokens }) => tokens), heat),
      }),
    })),
    "report",
    /log-probabilities of a report/,
  ],
  "reports a mean loss": [
    reported(({ loss, tokens }) => ({ loss: loss / tokens })),
    "report",
    /the sum of coefficients and log-probabilities/,
  ],
  "counts no tokens": [reported(() => ({ tokens: 0 })), "report", /is reported to have 0/],
  "reports a negative entropy": [
    reported(() => ({ entropy: -1 })),
    "report",
    /is -1, outside \[0, log 104\]/,
  ],
  "reports an entropy that cannot be": [reported(() => ({ entropy: 5 })), "report", /is 5, outside/],
  "ignores the entropy": [
    trained(({ tokens, coefficients }) => ({ tokens, coefficients })),
    "entropy",
    /do not change the gradient/,
  ],
  "reports no entropy": [reported(() => ({ entropy: 0 })), "entropy", /The entropy is 0, but/],
  "reports twice the loss of entropy": [
    reported(({ loss }) => ({ loss: 2 * loss })),
    "entropy",
    /and no coefficients the loss is/,
  ],
  "lowers the entropy": [
    broken((inner) => ({
      forwardBackward: async (batch, loss) => {
        const turned = await inner.forwardBackward(
          batch.map(({ entropy, ...datum }) =>
            entropy === undefined ? datum : { ...datum, entropy: entropy.map((weight) => -weight) }
          ),
          loss,
        );
        return { ...turned, loss: -turned.loss };
      },
    })),
    "entropy",
    /Raising the entropy lowers the loss by -/,
  ],
};
