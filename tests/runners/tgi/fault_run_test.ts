import assert from "node:assert/strict";
import type { Engine, Tokenizer } from "exitlab/lib/engine/engine.ts";
import type { Experiment } from "exitlab/lib/experiment/experiment.ts";
import { compile } from "exitlab/lib/experiment/compile.ts";
import { defineExperiment } from "exitlab/lib/experiment/define_experiment.ts";
import { runJobs } from "exitlab/lib/loop/run_jobs.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { RemotePolicy } from "exitlab/runners/tgi/policy.ts";
import { TinkerClient } from "exitlab/runners/tgi/tinker/client.ts";
import { profiles, type ServerProfile } from "exitlab/runners/tgi/tinker/profile.ts";
import { exploring, inFolders, shared } from "../../lib/loop/job_variants.ts";
import { allRows } from "../../support/all_rows.ts";
import { digits } from "../../support/digit_domain.ts";
import { silentObserver } from "../../support/silent_observer.ts";
import { FaultPlan } from "../../support/tinker_faults.ts";
import { context, type StandInOptions, TinkerServer, vocabulary } from "../../support/tinker_server.ts";

const iterations = 50;

/** What the ids say: the one that ends a response, the digits that are guessed, and some letters. */
const letters = "\n1234abcdefg";

/** As many ids as the stand-in has rows; a prompt ends with the digit to guess, as the last id alone decides what is drawn. */
const tokenizer: Tokenizer = {
  vocabulary,
  stop: [0],
  encodeChat: (messages) => {
    const ids = messages.flatMap(({ content }) =>
      (content.match(/[1-4]|\w+/g) ?? []).map((word) => "1234".indexOf(word) + 1 || 5 + word.length % 7)
    );
    return [...ids.slice(-20), ids.find((id) => id <= 4) ?? 5];
  },
  encodeResponse: (text) => [...[...text].map((letter) => Math.max(1, letters.indexOf(letter))), 0],
  decode: (ids) => Array.from(ids, (id) => id === 0 ? "" : letters[id] ?? "").join(""),
};

/** An engine on a stand-in server. */
function engineOn(client: TinkerClient): Engine {
  const { profile } = client;
  return {
    capabilities: () =>
      Promise.resolve({
        reduction: "sum",
        entropy: profile.entropy,
        topP: profile.topP,
        temperature: profile.temperature,
        clipNorm: profile.gradClip,
        embeddings: profile.embeddings,
        reference: profile.reference,
        savesPublished: profile.publishedInCheckpoint,
        holdsPublished: profile.holdsPublished,
        deterministic: profile.deterministic,
        build: "table",
        description: "table",
      }),
    open: async (_, seed) => {
      const rank = profile.lora ? 8 : 0;
      const model = await client.openModel({ model: "table", rank, seed, stop: tokenizer.stop });
      const policy = new RemotePolicy({
        model,
        name: "table",
        rank,
        tokenizer,
        context,
        parameters: model.parameters,
        sampler: undefined,
        embeddings: profile.embeddings,
        reference: profile.reference,
        savesPublished: profile.publishedInCheckpoint,
        clips: profile.gradClip,
        closed: () => undefined,
      });
      await policy.publish();
      return policy;
    },
  };
}

/** A job, and where it runs. */
interface Case {
  readonly experiment: Experiment;
  readonly server: StandInOptions;
  readonly profile: ServerProfile;
}

/** What both jobs have. */
const common = {
  ...shared,
  domain: digits(),
  curriculum: exploring,
  operators: [improve(), diverge()],
  evaluate: { every: 10, steps: 2, samples: 1, tasks: 4 },
};

/** On our server, with draws under way while it trains. */
const overlapping: Case = {
  experiment: defineExperiment({
    ...common,
    objective: grpo({ groups: 3, groupSize: 4, importance: {} }),
    sampling: { maxStaleness: 1 },
    budget: { iterations },
    checkpoint: { every: 10 },
  }),
  server: {},
  profile: profiles.exitlab,
};

/** On a server that does twice what it is sent twice, and has no settings but the plainest. */
const repeating: Case = {
  experiment: defineExperiment({
    ...common,
    objective: grpo({ groups: 3, groupSize: 4, clipNorm: 1e9, entropy: 0 }),
    budget: { iterations: 20 },
    checkpoint: { every: 2 },
  }),
  server: { extended: false, repeats: true },
  profile: profiles.verl,
};

/** Runs a job in a folder, against a server of its own; gives how often the server was lost. */
async function run(
  { experiment, server: options, profile }: Case,
  runs: string,
  faults?: FaultPlan,
): Promise<number> {
  const { plan, jobs } = compile(experiment);
  const server = await TinkerServer.start({ ...options, ...faults === undefined ? {} : { faults } });
  const client = await TinkerClient.connect({ url: server.url, profile, sleep: () => Promise.resolve() });
  const lost: string[] = [];
  try {
    const status = await runJobs(engineOn(client), jobs, {
      runs,
      plan,
      resume: false,
      signal: new AbortController().signal,
      observer: { ...silentObserver, lost: (_, message) => lost.push(message) },
    });
    assert.equal(status, "finished");
    return lost.length;
  } finally {
    await client.close();
    assert.equal(server.models, 0);
    await server.stop();
  }
}

Deno.test(`a run of ${iterations} iterations has the same rows through 200 faults and more`, async () => {
  await inFolders(2, async ([whole = "", disturbed = ""]) => {
    assert.equal(await run(overlapping, whole), 0);
    const faults = new FaultPlan(5, 0.3);
    // Faults alone are no reason to go back to a checkpoint.
    assert.equal(await run(overlapping, disturbed, faults), 0);
    assert.ok(faults.total >= 200, `${faults.total} faults`);
    const rows = await allRows(whole);
    assert.deepEqual(await allRows(disturbed), rows);
    assert.equal(rows.steps?.length, iterations);
    for (const [name, least] of Object.entries({ rollouts: 12 * iterations, evaluations: 5 })) {
      assert.ok((rows[name]?.length ?? 0) >= least, `${rows[name]?.length} ${name}`);
    }
  });
});

Deno.test("a run on a server that does twice what comes twice goes on from checkpoints, with the same rows", async () => {
  await inFolders(2, async ([whole = "", disturbed = ""]) => {
    assert.equal(await run(repeating, whole), 0);
    const lost = await run(repeating, disturbed, new FaultPlan(5, 0.12));
    assert.ok(lost >= 3, `${lost} times lost`);
    assert.deepEqual(await allRows(disturbed), await allRows(whole));
  });
});
