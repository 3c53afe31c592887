/**
 * Bodies of the Tinker protocol in JSON, as the stand-in server reads them.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Result } from "./tinker_futures.ts";
import type { AskedPass } from "./tinker_protobuf.ts";
import { Refusal } from "./tinker_refusal.ts";
import type { Table, TableDatum, TableDraw } from "./tinker_table.ts";

/** A JSON object that nothing is known of. */
export type Fields = { readonly [name: string]: unknown };

/** The body of a request; `null` if it was cut off. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Reads a body; none is an empty object. */
export function parse(body: Uint8Array): Fields {
  if (body.length === 0) return {};
  const value: unknown = JSON.parse(new TextDecoder().decode(body));
  return fieldsOf(value, "body");
}

/** A value that must be an object. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  throw new Refusal(400, `Expected an object in ${what}`, "user");
}

/** A number, if there is one. */
export function integer(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A pass in JSON. */
export function readJsonPass(name: "forward" | "forward_backward", fields: Fields): AskedPass {
  const input = fieldsOf(fields[`${name}_input`], `${name}_input`);
  return {
    modelId: String(fields.model_id),
    seqId: Number(fields.seq_id),
    loss: String(input.loss_fn),
    config: numbersOf(input.loss_fn_config ?? {}),
    backward: name === "forward_backward",
    data: listOf(input.data).map(readDatum),
  };
}

function readDatum(value: unknown): TableDatum {
  const { model_input: input, loss_fn_inputs: tensors } = fieldsOf(value, "data");
  const named = Object.entries(fieldsOf(tensors, "loss_fn_inputs")).map(([name, tensor]) => {
    const { data, shape, dtype } = fieldsOf(tensor, name);
    const values = listOf(data).map((value) =>
      dtype === "float32" ? Math.fround(Number(value)) : Number(value)
    );
    if (listOf(shape)[0] !== values.length) {
      throw new Refusal(400, `Expected a shape that fits in ${name}`, "user");
    }
    return [name, values] as const;
  });
  const { target_tokens: targets = [], ...inputs } = Object.fromEntries(named);
  return { tokens: promptOf(input), targets, inputs };
}

function promptOf(value: unknown): number[] {
  return listOf(fieldsOf(value, "chunks").chunks).flatMap((chunk) =>
    listOf(fieldsOf(chunk, "chunk").tokens).map(Number)
  );
}

/** The draws of a call for many prompts. */
export function readDraws(fields: Fields): TableDraw[] {
  const prompts = listOf(fields.prompts).map((prompt) => listOf(prompt).map(Number));
  return listOf(fields.requests).map((request) => {
    const { prompt, ...parameters } = fieldsOf(request, "requests");
    return draw(prompts[Number(prompt)] ?? [], parameters, 0);
  });
}

/** The draws of a call for one prompt, which end where it says alone, and have seeds of 32 bits with a sign. */
export function readPromptDraws(fields: Fields): TableDraw[] {
  const parameters = fieldsOf(fields.sampling_params, "sampling_params");
  const prompt = promptOf(fields.prompt);
  const stop = listOf(parameters.stop ?? []).map(Number);
  const count = Number(fields.num_samples);
  const last = Number(parameters.seed) + count - 1;
  if (last >= 2 ** 31) throw new Refusal(400, `Python integer ${last} out of bounds for int32`, "user");
  return Array.from({ length: count }, (_, index) => ({ ...draw(prompt, parameters, index), stop }));
}

function draw(prompt: readonly number[], parameters: Fields, index: number): TableDraw {
  return {
    prompt,
    maxTokens: Number(parameters.max_tokens),
    temperature: Number(parameters.temperature),
    topP: Number(parameters.top_p),
    seed: Number(parameters.seed) + index,
  };
}

/** Takes a step with the parameters of a body. */
export function takeStep(table: Table, value: unknown): Result {
  const params = fieldsOf(value, "adam_params");
  const norm = table.step({
    rate: Number(params.learning_rate),
    beta1: Number(params.beta1),
    beta2: Number(params.beta2),
    epsilon: Number(params.eps),
    decay: Number(params.weight_decay),
    clip: Number(params.grad_clip_norm ?? 0),
  });
  if (norm === null) return { kind: "failed", error: "The gradient is not finite", category: "user" };
  return { kind: "json", value: { type: "optim_step", metrics: { grad_norm: norm } } };
}

/** The list that a value must be. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Refusal(400, "Expected a list", "user");
}

function numbersOf(value: unknown): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(fieldsOf(value, "loss_fn_config")).map(([name, item]) => [name, Number(item)]),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
