/**
 * A Tinker server without a model, in a worker: it answers every pass at once, with log-probabilities and entropies made
 * beforehand for as many sequences and targets as it is told. It says its address.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { Random } from "../../lib/random.ts";
import { writeRecords } from "../../tests/support/tinker_protobuf.ts";

/** What the worker is told. */
export interface InstantStart {
  /** The sequences of each pass. */
  readonly sequences: number;
  /** The targets of each sequence. */
  readonly targets: number;
}

const protobufType = "application/x-protobuf";
const pass = "pass";

/** What is not a pass, by the end of its route. */
const answers: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["healthz", { status: "ok" }],
  ["get_server_capabilities", {
    "supported_models": [{ "model_name": "instant", "max_context_length": 1e6 }],
    exitlab: {
      protocol: 1,
      version: "0",
      parameters: 1,
      vocabulary: 1e6,
      device: "none",
      dtype: "float32",
      deterministic: true,
      "random_weights": true,
      "adapter_default_rank": 8,
    },
  }],
  ["create_session", { "session_id": "session" }],
  ["create_model", { "request_id": "create_model" }],
  ["unload_model", { "request_id": "unload_model" }],
  ["forward_backward", { "request_id": pass }],
]);

/** The answers to a pass, in both wires, as our trainer writes them: a float32 in JSON has no more digits than it needs. */
function passAnswers({ sequences, targets }: InstantStart): { json: Uint8Array; protobuf: Uint8Array } {
  const random = new Random(1, "instant server");
  const records = Array.from({ length: sequences }, () => {
    const logprobs = Float32Array.from({ length: targets }, () => -10 * random.next());
    return { logprobs, entropy: logprobs.map(Math.abs) };
  });
  const tensor = (values: Float32Array) => {
    const data = Array.from(values, (value) => Number(value.toPrecision(8)));
    return { data, dtype: "float32", shape: [values.length] };
  };
  const outputs = records.map(({ logprobs, entropy }) => ({
    logprobs: tensor(logprobs),
    entropy: tensor(entropy),
  }));
  const value = { "loss_fn_output_type": "ArrayRecord", "loss_fn_outputs": outputs, metrics: {} };
  return {
    json: new TextEncoder().encode(JSON.stringify(value)),
    protobuf: writeRecords(records, ["logprobs", "entropy"]),
  };
}

function serve(start: InstantStart): void {
  const { json, protobuf } = passAnswers(start);
  const retrieve = async (request: Request): Promise<Response> => {
    if ((await request.json()).request_id !== pass) return Response.json({ "model_id": "model" });
    const isProtobuf = request.headers.get("accept")?.includes(protobufType) ?? false;
    const headers = { "content-type": isProtobuf ? protobufType : "application/json" };
    return new Response(Uint8Array.from(isProtobuf ? protobuf : json), { headers });
  };
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => parentPort?.postMessage(`http://127.0.0.1:${port}`),
  }, async (request) => {
    const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
    if (name === "retrieve_future") return await retrieve(request);
    await request.arrayBuffer();
    return Response.json(answers.get(name) ?? {});
  });
}

serve(workerData);
