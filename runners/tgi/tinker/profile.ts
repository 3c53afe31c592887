/**
 * What servers that speak the Tinker protocol can do and how they differ, as found in their source or by driving
 * them. A profile decides how a batch is put so that its coefficients arrive in the gradient as they are.
 *
 * @module
 */
/** The servers known. */
export const serverNames = ["exitlab", "skyrl-jax", "skyrl", "tuft", "verl", "tinker"] as const;

/** One of them. */
export type ServerName = typeof serverNames[number];

/** A way to write messages. */
export type Wire = "json" | "protobuf";

/** What a kind of server can do. */
export interface ServerProfile {
  /** Which. */
  readonly name: ServerName;
  /** The wires of passes, the preferred one first. */
  readonly wires: readonly Wire[];
  /**
   * How it combines tokens: all summed, or a mean over each sequence's weighed tokens, and a mean over all sequences
   * since the last step.
   */
  readonly reduction: "sum" | "sequence-mean";
  /** Whether `cross_entropy` takes weights of either sign. */
  readonly signedWeights: boolean;
  /** Whether a pass can divide logits by a temperature. */
  readonly temperature: boolean;
  /** Whether entropies are told, and can be part of the loss. */
  readonly entropy: boolean;
  /** Whether sampling can be cut to the most likely tokens. */
  readonly topP: boolean;
  /** Whether it tells mean hidden states. */
  readonly embeddings: boolean;
  /** Whether it keeps frozen weights beside those that are trained. */
  readonly reference: boolean;
  /** Whether a step scales a long gradient down. */
  readonly gradClip: boolean;
  /** Whether adapters can be trained. */
  readonly lora: boolean;
  /** Whether all parameters can be trained. */
  readonly full: boolean;
  /** Whether the same requests give the same results, bit for bit. */
  readonly deterministic: boolean;
  /** Whether a numbered request that is sent again is done once, or refused; else it is never sent again. */
  readonly idempotent: boolean;
  /** The most sequences of one request. */
  readonly mostDatums: number;
  /** The most bytes of one request's sequences. */
  readonly mostBytes: number;
  /** Whether a checkpoint holds the published weights beside the trained ones. */
  readonly publishedInCheckpoint: boolean;
  /** Whether a model can load weights at any time; else only as its first request. */
  readonly loadsAnytime: boolean;
  /** The only alpha that its adapters have: always one number, or so many times their rank; `null` where it is asked for. */
  readonly alpha: { readonly always: number } | { readonly perRank: number } | null;
  /** Whether published weights stay as they are, and can be sampled, while training goes on. */
  readonly holdsPublished: boolean;
  /**
   * Whether a model is trained and sampled in one slot: the first draw after a publish loads what was published into
   * the weights that train, and a gradient that no step took outlives its model.
   */
  readonly sharesSlot: boolean;
  /** Whether each publish leaves a checkpoint that nothing removes, named after the numbers of its two requests. */
  readonly leavesPublished: boolean;
  /** Whether the context that it tells is that of a prompt and its completion. */
  readonly tellsContext: boolean;
  /** Whether it has our server's own routes. */
  readonly extended: boolean;
}

/** What all others have in common; the limits are those of the protocol's own client. */
const plain = {
  wires: ["json", "protobuf"],
  reduction: "sum",
  signedWeights: true,
  temperature: false,
  entropy: false,
  topP: true,
  embeddings: false,
  reference: false,
  gradClip: false,
  lora: true,
  full: true,
  deterministic: false,
  idempotent: true,
  mostDatums: 1024,
  mostBytes: 5_000_000,
  publishedInCheckpoint: false,
  loadsAnytime: false,
  alpha: null,
  holdsPublished: true,
  sharesSlot: false,
  leavesPublished: false,
  tellsContext: true,
  extended: false,
} as const;

/** All profiles. */
export const profiles: { readonly [name in ServerName]: ServerProfile } = {
  /** Our trainer (`runners/tgi/trainer`). */
  exitlab: {
    ...plain,
    name: "exitlab",
    wires: ["protobuf", "json"],
    temperature: true,
    entropy: true,
    embeddings: true,
    reference: true,
    gradClip: true,
    deterministic: true,
    mostBytes: 64_000_000,
    publishedInCheckpoint: true,
    loadsAnytime: true,
    extended: true,
  },
  /**
   * SkyRL with its JAX backend: means over sequences; weights of both signs break it (it divides by their sum);
   * clipping is ignored; adapters only. Log-probabilities of draws are those of temperature 1, before the cut.
   */
  "skyrl-jax": {
    ...plain,
    name: "skyrl-jax",
    reduction: "sequence-mean",
    signedWeights: false,
    full: false,
    alpha: { always: 32 },
    holdsPublished: false,
    sharesSlot: true,
    leavesPublished: true,
  },
  /**
   * SkyRL with FSDP or Megatron: sums; rank 0 trains all parameters; of a step's settings the learning rate alone is
   * taken. Its sampler has the weights published last alone, and where it shares the trainer's GPUs it sleeps while
   * they train. From its source, not run live.
   */
  skyrl: {
    ...plain,
    name: "skyrl",
    alpha: { always: 32 },
    holdsPublished: false,
    leavesPublished: true,
  },
  /**
   * TuFT: protobuf only for passes; adapters only; sums; clips. Log-probabilities of draws are from after the cut, so
   * that topP must be 1. From its source, not run live.
   */
  tuft: {
    ...plain,
    name: "tuft",
    wires: ["protobuf"],
    temperature: true,
    topP: false,
    gradClip: true,
    full: false,
    loadsAnytime: true,
    alpha: { perRank: 2 },
  },
  /**
   * verl_tinker: all parameters only, pinned to the JSON wire; sums; does not clip; one set of weights to sample. It does a
   * request that comes twice twice. The context that it tells is the longest completion. From its source, not run live.
   */
  verl: {
    ...plain,
    name: "verl",
    wires: ["json"],
    lora: false,
    idempotent: false,
    loadsAnytime: true,
    holdsPublished: false,
    tellsContext: false,
  },
  /** The hosted service, and what else follows its client: protobuf. Not run live. */
  tinker: {
    ...plain,
    name: "tinker",
    wires: ["protobuf", "json"],
    gradClip: true,
    full: false,
    alpha: { always: 32 },
  },
};

/** The only alpha that a server gives an adapter of a rank; `null` where any can be asked for. */
export function onlyAlpha({ alpha }: ServerProfile, rank: number): number | null {
  if (alpha === null) return null;
  return "always" in alpha ? alpha.always : alpha.perRank * rank;
}
