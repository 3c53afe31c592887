import type { Engine, PolicyPart } from "../../lib/engine/engine.ts";
import { tinyTransformer } from "../../lib/engine/tiny_transformer.ts";
import { UserError } from "../../lib/errors.ts";
import { bindKernels, type KernelBuild, kernelBuilds, type Kernels, loadKernels } from "./kernels/kernels.ts";
import { layOutMemory, PAGE } from "./memory_layout.ts";
import { EmbeddedPolicy } from "./policy.ts";
import { characterTokenizer } from "./tokenizer.ts";

/** Options of `embeddedEngine`; neither changes what comes out of a build, only how fast. */
export type EmbeddedEngineOptions = {
  /** Threads that compute; by default one a core, at most 8. */
  readonly workers?: number;
  /** The builds of the kernels to choose from, best first; by default both. */
  readonly builds?: readonly KernelBuild[];
};

/**
 * The engine that needs nothing installed: a transformer trained and sampled on the CPU, in WebAssembly. Results do not
 * depend on the number of workers. Needs permission to read this folder.
 *
 * @throws {UserError} If the number of workers is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { embeddedEngine } from "exitlab/runners/local/engine.ts";
 * import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
 * import assert from "node:assert/strict";
 *
 * const policy = await embeddedEngine({ workers: 1 }).open(tinyTransformer({ layers: 1 }), 7);
 * const prompt = policy.tokenizer.encodeChat([{ role: "user", content: "2+2=" }]);
 * const [completion] = await policy.sample([{ prompt, maxTokens: 3, temperature: 1, topP: 1, seed: 1 }]);
 * assert.equal(completion?.tokens.length, completion?.logprobs.length);
 * await policy.close();
 * ```
 */
export function embeddedEngine(options: EmbeddedEngineOptions = {}): Engine {
  const workers = options.workers ?? Math.min(navigator.hardwareConcurrency, 8);
  if (!Number.isInteger(workers) || workers < 1) {
    throw new UserError(
      `Expected a whole number of workers of at least 1 but found ${workers} in embeddedEngine()`,
    );
  }
  const kernels = lazily(() => loadKernels(options.builds ?? kernelBuilds));
  return {
    async capabilities() {
      const build = `wasm ${(await kernels()).build}-simd`;
      return {
        reduction: "sum",
        entropy: true,
        topP: true,
        embeddings: true,
        reference: true,
        temperature: true,
        clipNorm: true,
        savesPublished: true,
        holdsPublished: true,
        deterministic: true,
        build,
        description: `${build}, ${workers} ${workers === 1 ? "worker" : "workers"}`,
      };
    },
    async open(policy, seed) {
      const { width, layers, heads, context } = optionsOf(policy);
      const { module } = await kernels();
      const shape = { width, layers, heads, context, vocabulary: characterTokenizer.vocabulary };
      const layout = layOutMemory(shape, bindProbe(module), workers);
      const pages = Math.ceil(layout.bytes / PAGE);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      return new EmbeddedPolicy(module, memory, layout, characterTokenizer, seed);
    },
  };
}

function optionsOf(policy: PolicyPart) {
  if (policy.kind !== "tiny-transformer") {
    throw new UserError(
      `Expected policy "tiny-transformer" but found "${policy.kind}": the embedded engine knows no other`,
    );
  }
  return tinyTransformer(policy.options).options;
}

/** The kernels on a memory of one page, to be asked for sizes. */
function bindProbe(module: WebAssembly.Module): Kernels {
  return bindKernels(module, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
