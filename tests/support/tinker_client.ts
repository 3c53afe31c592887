/**
 * A client of the stand-in server, and small things to ask of it.
 *
 * @module
 */
import { type ClientOptions, TinkerClient, type TinkerModel } from "exitlab/runners/tgi/tinker/client.ts";
import type { Answer } from "./tinker_answers.ts";
import { type StandInOptions, TinkerServer } from "./tinker_server.ts";

/** A model that the stand-in holds. */
export const spec = { model: "table", rank: 8, seed: 3 } as const;
/** A long step. */
export const adam = {
  learningRate: 0.5,
  beta1: 0.9,
  beta2: 0.9,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
} as const;
/** What a draw has beside its prompt and seed. */
export const draw = { maxTokens: 8, temperature: 1, topP: 1 } as const;
/** A batch with coefficients of both signs. */
export const batch = [{ tokens: [1, 2, 3, 4], coefficients: Float32Array.of(0, 1, -1, 2) }] as const;

/** Calls something with a client of a server that was started for it. */
export async function withServer<T>(
  options: StandInOptions,
  client: Partial<ClientOptions>,
  use: (client: TinkerClient, server: TinkerServer) => Promise<T>,
): Promise<T> {
  const server = await TinkerServer.start(options);
  try {
    const tinker = await TinkerClient.connect({ url: server.url, sleep: () => Promise.resolve(), ...client });
    try {
      return await use(tinker, server);
    } finally {
      await tinker.close();
    }
  } finally {
    await server.stop();
  }
}

/** Takes one step on the batch. */
export async function trainOnce(model: TinkerModel): Promise<void> {
  await model.forwardBackward(batch, { temperature: 1 });
  await model.optimStep(adam);
}

/** Answers some requests, by the last part of their path, with something else, and lets the rest be. */
export function interceptor(): {
  of: Map<string, () => Answer | null>;
  intercept: (route: string) => Answer | null;
} {
  const of = new Map<string, () => Answer | null>();
  return { of, intercept: (route) => of.get(route.split("/").at(-1) ?? "")?.() ?? null };
}

/** A server that does not want to. */
export const refusal: Answer = {
  status: 400,
  type: "application/json",
  body: '{"error":"No","category":"server"}',
};
/** A proxy in front of a server that is down. */
export const down: Answer = { status: 503, type: "text/html", body: "" };
