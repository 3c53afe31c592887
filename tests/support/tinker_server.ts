/**
 * A server that speaks the Tinker protocol, over HTTP, in both wires, with a softmax table in the model's place. It can be made like each kind of
 * server there is, be started again (and forget all but its checkpoints), and have a plan of faults in front.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Answer, earlyAnswers, json, lateAnswers, protobuf, send } from "./tinker_answers.ts";
import {
  type Fields,
  fieldsOf,
  integer,
  listOf,
  parse,
  readBody,
  readDraws,
  readJsonPass,
  readPromptDraws,
  takeStep,
} from "./tinker_bodies.ts";
import type { FaultPlan } from "./tinker_faults.ts";
import { Futures, type Result } from "./tinker_futures.ts";
import { type AskedPass, readPass, writeRecords, writeSequences } from "./tinker_protobuf.ts";
import { Refusal } from "./tinker_refusal.ts";
import { Slots } from "./tinker_slots.ts";
import { Table, type TableReduction, type TableState } from "./tinker_table.ts";

/** What kind of server it is. */
export interface StandInOptions {
  /** Whether it is our own, with the extensions. Default true. */
  readonly extended?: boolean;
  /** How it reduces. Default "sum". */
  readonly reduction?: TableReduction;
  /** The passes that it reads. Default both. */
  readonly wires?: readonly ("json" | "protobuf")[];
  /** Whether it loads weights into a model that has been asked something. Default true. */
  readonly loadsAnytime?: boolean;
  /** Whether weights are loaded into the sampling session in use, and not into a new one. Default false. */
  readonly keepsSampler?: boolean;
  /** Whether a request that comes twice is done twice, as verl does it. Default false. */
  readonly repeats?: boolean;
  /** Whether models are trained and sampled in one slot, as SkyRL's JAX backend does it. Default false. */
  readonly sharesSlot?: boolean;
  /** The key that it wants. */
  readonly key?: string;
  /** The title of its description. */
  readonly title?: string;
  /** What goes wrong. */
  readonly faults?: FaultPlan;
  /** Replaces the answer to a request; `null` leaves it be. */
  readonly intercept?: (route: string, body: Uint8Array) => Answer | null;
}

interface Model {
  readonly table: Table;
  readonly session: string;
  sampler: string | undefined;
}

/** Its token ids and context. */
export const [vocabulary, context] = [12, 64];

/** A running server. */
export class TinkerServer {
  /** Its address. */
  readonly url: string;
  /** The route of each request it was sent, such as `"POST /api/v1/optim_step"`. */
  readonly calls: string[] = [];
  /** The body of the request sent last, by route. */
  readonly bodies: Map<string, Uint8Array> = new Map();
  readonly #options: StandInOptions;
  readonly #server: Server;
  readonly #checkpoints = new Map<string, TableState>();
  readonly #slots: Slots | undefined;
  #futures: Futures;
  #sessions = new Set<string>();
  #models = new Map<string, Model>();
  #samplers = new Map<string, Model>();
  #keys = new Map<string, string>();
  #made = 0;

  private constructor(server: Server, url: string, options: StandInOptions) {
    this.#server = server;
    this.url = url;
    this.#options = options;
    this.#slots = options.sharesSlot ? new Slots() : undefined;
    this.#futures = new Futures(options);
  }

  /** Starts one on this machine. */
  static async start(options: StandInOptions = {}): Promise<TinkerServer> {
    const holder: { server?: TinkerServer } = {};
    const http = createServer((request, response) => void holder.server?.serve(request, response));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("Expected a port");
    return holder.server = new TinkerServer(http, `http://127.0.0.1:${address.port}`, options);
  }

  /** Stops it. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Forgets all but the checkpoints, as a server does that is started again. */
  restart(): void {
    this.#futures = new Futures(this.#options);
    [this.#sessions, this.#models, this.#samplers] = [new Set(), new Map(), new Map()];
    this.#keys = new Map();
  }

  /** How many models it holds. */
  get models(): number {
    return this.#models.size;
  }

  /** How many sessions were opened since the start. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** The table of the only model. */
  get table(): Table {
    const [model] = this.#models.values();
    if (model === undefined) throw new Error("Expected a model");
    return model.table;
  }

  /** The paths of its checkpoints. */
  get checkpoints(): string[] {
    return [...this.#checkpoints.keys()];
  }

  /** The paths of what publishes left, where they leave something. */
  get leftovers(): string[] {
    return this.#slots?.paths ?? [];
  }

  /** Answers one request, with what the plan of faults does to it. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    // The client went away before it had sent its whole request.
    if (body === null) return;
    const path = request.url ?? "";
    const route = `${request.method} ${path}`;
    this.calls.push(route);
    this.bodies.set(route, body);
    const fault = this.#options.faults?.next(route, Buffer.from(body).toString("latin1")) ?? null;
    if (fault === "cut before") return void request.socket.destroy();
    const early = fault === null ? undefined : earlyAnswers.get(fault);
    if (fault === "410") this.#futures.forget(String(parse(body).request_id));
    const answer = early ?? this.#options.intercept?.(route, body) ?? this.#answer(route, request, body);
    await send(fault === null ? answer : lateAnswers.get(fault) ?? answer, fault, request, response);
  }

  #answer(route: string, { headers }: IncomingMessage, body: Uint8Array): Answer {
    try {
      const { key } = this.#options;
      if (key !== undefined && headers["x-api-key"] !== key) {
        throw new Refusal(401, `Expected the key but found ${headers["x-api-key"] ?? "none"}`, "user");
      }
      const isProtobuf = headers["content-type"] === "application/x-protobuf";
      const digest = createHash("sha256").update(route).update(body).digest("hex");
      if (route === "POST /api/v1/retrieve_future") {
        return this.#encode(this.#futures.find(String(parse(body).request_id)), headers.accept ?? "");
      }
      if (isProtobuf) return this.#pass(readPass(body), digest, "protobuf");
      return this.#route(route, parse(body), digest, String(headers["x-idempotency-key"]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return json({ error: error.message, category: error.category }, error.status);
    }
  }

  #route(route: string, fields: Fields, digest: string, key: string): Answer {
    const { extended = true, title } = this.#options;
    const [method, path] = route.split(" ");
    const name = path?.replace("/api/v1/", "") ?? "";
    if (path === "/openapi.json" && title !== undefined) return json({ info: { title } });
    if (path === "/tokenize") return json([...String(fields.inputs)].map((text, id) => ({ id, text })));
    if (name === "healthz") return json({ status: "ok" });
    if (name === "get_server_capabilities") return this.#capabilities(extended);
    if (name === "create_session") return this.#createSession(key);
    if (name === "session_heartbeat") {
      this.#session(fields);
      return json({ type: name });
    }
    if (name === "create_model") return this.#createModel(fields, key);
    if (name === "asample") return this.#sample(fields, digest, false);
    if (name === "forward" || name === "forward_backward") {
      return this.#pass(readJsonPass(name, fields), digest, "json");
    }
    if (method === "DELETE") return this.#remove(name);
    if (extended && name.startsWith("exitlab/files/")) {
      if (!name.endsWith("/config.json")) throw new Refusal(404, "There is no such file", "user");
      return { status: 200, type: "application/json", body: "{}" };
    }
    if (extended && name === "exitlab/sample") return this.#sample(fields, digest, true);
    return this.#ask(name, fields, digest);
  }

  /** Requests of a model, in order. */
  #ask(name: string, fields: Fields, digest: string): Answer {
    const { extended = true } = this.#options;
    const id = String(fields.model_id);
    const model = this.#model(id);
    const { table } = model;
    const take = (work: () => Result) =>
      json({ request_id: this.#futures.take(id, integer(fields.seq_id), digest, work) });
    const later = (work: () => Fields) => take(() => ({ kind: "json", value: { type: name, ...work() } }));
    if (name === "optim_step") return take(() => takeStep(table, fields.adam_params));
    if (name === "save_weights_for_sampler" && typeof fields.path === "string") {
      return later(() => ({ path: `tinker://${id}/sampler_weights/${String(fields.path)}` }));
    }
    if (name === "save_weights_for_sampler") {
      return later(() => {
        table.publish();
        const sampler = this.#openSampler(model);
        const name = `ss${String(fields.sampling_session_seq_id)}_seq${String(fields.seq_id)}`;
        this.#slots?.publish(sampler, `tinker://${id}/sampler_weights/${name}`, table);
        return { sampling_session_id: sampler };
      });
    }
    if (name === "save_weights") {
      const path = `tinker://${id}/weights/${String(fields.path)}`;
      return later(() => {
        this.#checkpoints.set(path, table.save());
        return { path };
      });
    }
    if (name === "load_weights") return this.#load(fields, model, later);
    if (name === "unload_model") {
      this.#models.delete(id);
      this.#slots?.leave(table);
      return json({
        request_id: this.#futures.take(id, undefined, digest, () => ({ kind: "json", value: {} })),
      });
    }
    if (extended && name === "exitlab/embed") {
      const spans = listOf(fields.sequences).map((span) => fieldsOf(span, "sequences"));
      return later(() => ({
        embeddings: spans.map(({ tokens, from }) => table.embed(listOf(tokens).map(Number), Number(from))),
      }));
    }
    if (extended && name === "exitlab/refresh_reference") {
      return later(() => {
        table.refresh(Number(fields.mix));
        return {};
      });
    }
    return json({ detail: "Not Found" }, 404);
  }

  #load(fields: Fields, model: Model, later: (work: () => Fields) => Answer): Answer {
    const { loadsAnytime = true, extended = true, keepsSampler = false } = this.#options;
    if (!loadsAnytime && fields.seq_id !== 1) {
      throw new Refusal(400, "Only a model's first request may load", "user");
    }
    const state = this.#checkpoints.get(String(fields.path));
    if (state === undefined) {
      throw new Refusal(404, `There is no checkpoint "${String(fields.path)}"`, "user");
    }
    return later(() => {
      model.table.load(state, fields.optimizer === true);
      const kept = keepsSampler ? model.sampler : undefined;
      return extended ? { sampling_session_id: kept ?? this.#openSampler(model) } : {};
    });
  }

  #remove(name: string): Answer {
    const [, run, id] = /^training_runs\/([^/]+)\/checkpoints\/(.+)$/.exec(name) ?? [];
    if (this.#slots?.remove(`tinker://${run}/${id}`)) return json({});
    const path = `tinker://${run}/${/^(sampler_)?weights\//.test(id ?? "") ? id : `weights/${id}`}`;
    if (!this.#checkpoints.delete(path)) throw new Refusal(404, `There is no checkpoint "${path}"`, "user");
    return json({});
  }

  #capabilities(extended: boolean): Answer {
    const models = [{ model_name: "table", ...extended ? { max_context_length: context } : {} }];
    const block = {
      protocol: 1,
      version: "0",
      vocabulary,
      device: "cpu",
      dtype: "float64",
      deterministic: true,
      torch: "2.0.0",
      threads: 1,
      "micro_tokens": 512,
      checkpoints: false,
      revision: "main",
    };
    return json({ supported_models: models, ...extended ? { exitlab: block } : {} });
  }

  #createSession(key: string): Answer {
    const id = this.#keys.get(key) ?? `session-${++this.#made}`;
    this.#keys.set(key, id);
    this.#sessions.add(id);
    return json({ type: "create_session", session_id: id });
  }

  #createModel(fields: Fields, key: string): Answer {
    const session = this.#session(fields);
    const known = this.#keys.get(key);
    if (known !== undefined) return json({ request_id: this.#renewed(key, known) });
    const config = fieldsOf(fields.lora_config, "lora_config");
    if (fields.base_model !== "table") throw new Refusal(400, 'This server holds "table" alone', "user");
    const id = `model-${++this.#made}`;
    const table = new Table(Number(config.seed), vocabulary, context, this.#options.reduction ?? "sum");
    this.#slots?.take(table);
    this.#models.set(id, { table, session, sampler: undefined });
    this.#keys.set(key, id);
    return json({ request_id: this.#renewed(key, id) });
  }

  /** The id of the result of creating a model, which may have been forgotten. */
  #renewed(key: string, id: string): string {
    const value = { type: "create_model", "model_id": id, exitlab: { parameters: vocabulary ** 2 } };
    return this.#futures.take(key, 1, "create", () => ({ kind: "json", value }));
  }

  #openSampler(model: Model): string {
    const id = `sampling-${++this.#made}`;
    model.sampler = id;
    this.#samplers.set(id, model);
    return id;
  }

  #sample(fields: Fields, digest: string, together: boolean): Answer {
    const id = String(fields.sampling_session_id);
    const model = this.#samplers.get(id);
    if (model === undefined) throw new Refusal(404, `Unknown sampling session "${id}"`, "user");
    if (model.sampler !== id) throw new Refusal(410, `Sampling session "${id}" is over`, "user");
    const found = this.#futures.take(id, integer(fields.seq_id), digest, () => {
      const draws = together ? readDraws(fields) : readPromptDraws(fields);
      this.#slots?.ready(id, model.table);
      return { kind: "samples", sequences: draws.map((draw) => model.table.draw(draw)) };
    });
    return json({ request_id: found });
  }

  #pass(asked: AskedPass, digest: string, wire: "json" | "protobuf"): Answer {
    if (!(this.#options.wires ?? ["json", "protobuf"]).includes(wire)) {
      return json({ detail: `Unsupported media type: ${wire}` }, 415);
    }
    const { table } = this.#model(asked.modelId);
    const { temperature = 1, reference = 0 } = asked.config;
    const found = this.#futures.take(asked.modelId, asked.seqId, digest, () => {
      const records = asked.backward
        ? table.backward(asked.data, asked.loss, temperature)
        : table.forward(asked.data, temperature, reference !== 0);
      return { kind: "pass", records };
    });
    return json({ request_id: found });
  }

  #encode(result: Result, accept: string): Answer {
    const isProtobuf = accept.includes("application/x-protobuf");
    if (result.kind === "json") return json(result.value);
    if (result.kind === "failed") return json({ error: result.error, category: result.category });
    if (result.kind === "samples") {
      if (isProtobuf) return protobuf(writeSequences(result.sequences));
      const sequences = result.sequences.map(({ tokens, logprobs, reason }) => ({
        stop_reason: reason,
        tokens,
        logprobs: Array.from(logprobs),
      }));
      return json({ type: "sample", sequences, prompt_logprobs: null });
    }
    const names = this.#options.extended ?? true ? ["logprobs", "entropy"] as const : ["logprobs"] as const;
    if (isProtobuf) return protobuf(writeRecords(result.records, names));
    const outputs = result.records.map((record) =>
      Object.fromEntries(names.map((name) => [name, {
        data: Array.from(record[name]),
        dtype: "float32",
        shape: [record[name].length],
      }]))
    );
    return json({ loss_fn_output_type: "ArrayRecord", loss_fn_outputs: outputs, metrics: {} });
  }

  #session(fields: Fields): string {
    const id = String(fields.session_id);
    if (!this.#sessions.has(id)) throw new Refusal(404, `Unknown session "${id}"`, "user");
    return id;
  }

  #model(id: string): Model {
    const model = this.#models.get(id);
    if (model === undefined) throw new Refusal(404, `Unknown model "${id}"`, "user");
    return model;
  }
}
