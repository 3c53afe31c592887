/**
 * Hosted chat models at the stand-in for the Hub, written from the shapes that are published: the router's completions and
 * its list of models, a provider's own path on the router, and what the Hub says of a model's providers.
 *
 * @module
 */
import type { Json } from "exitlab/lib/json.ts";
import type { Routes } from "./hub_server.ts";

/** A request for a completion, as it arrived. */
export interface AskedCompletion {
  /** The path that it came to. */
  readonly path: string;
  /** What it says who asks. */
  readonly authorization: string | null;
  /** Its body. */
  readonly body: CompletionBody;
}

/** The body of a request for a completion. */
export interface CompletionBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly "max_tokens"?: number;
  readonly temperature?: number;
  readonly "top_p"?: number;
  readonly seed?: number;
}

/** What a model answers: a text, or parts of the completion that are not the usual ones. */
export interface ScriptedAnswer {
  /** What it writes; `null` for nothing. */
  readonly content: string | null;
  /** Why it ended. Default `"stop"`. */
  readonly finish?: string;
  /** What it thought, kept apart. */
  readonly reasoning?: string;
  /** Its count of tokens; `null` for none. Default as many as there are words. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  /** The whole body in the completion's place: JSON, or a text as it is. */
  readonly body?: Json;
}

/** What the hosted models are made with. */
export interface InferenceOptions {
  /** What a model answers. */
  readonly answer: (body: CompletionBody) => ScriptedAnswer | string;
  /** The models with their providers. Default one, `org/model` at `together` and `groq`. */
  readonly models?: readonly ListedModel[];
  /** The provider that the router takes. Default `"together"`. */
  readonly routed?: string;
  /** Milliseconds that an answer takes. Default 0. */
  readonly delay?: (body: CompletionBody) => number;
}

/** A model of the list. */
export interface ListedModel {
  readonly id: string;
  readonly providers: readonly {
    readonly provider: string;
    readonly status: string;
    readonly pricing?: { readonly input: number; readonly output: number };
    readonly context_length?: number;
  }[];
}

/** Hosted models, and what was asked of them. */
export interface Inference {
  /** To be given to `startHub`. */
  readonly routes: Routes;
  /** Each request for a completion that was answered, in the order of arrival. */
  readonly asked: AskedCompletion[];
  /** The most requests that were under way at once. */
  readonly most: () => number;
}

const listed: ListedModel = {
  id: "org/model",
  providers: [
    { provider: "together", status: "live", pricing: { input: 0.5, output: 2 }, "context_length": 8192 },
    { provider: "groq", status: "live", pricing: { input: 1, output: 3 } },
    { provider: "novita", status: "error", pricing: { input: 90, output: 90 } },
  ],
};

/** Paths that need no token; the list of models is public. */
export const publicInferencePaths: readonly RegExp[] = [/^\/v1\/models$/];

/** Hosted models that answer as they are told. */
export function inference(options: InferenceOptions): Inference {
  const { models = [listed], routed = "together" } = options;
  const asked: AskedCompletion[] = [];
  let [open, most] = [0, 0];
  const routes: Routes = async (request, url) => {
    if (url.pathname === "/v1/models") {
      return Response.json({
        object: "list",
        data: models.map((model) => ({ ...model, object: "model", created: 1, "owned_by": "org" })),
      });
    }
    const described = /^\/api\/models\/([^/]+\/[^/]+)$/.exec(url.pathname)?.[1];
    if (described !== undefined) return describe(described, models);
    const path = /^(?:\/([\w-]+)(?:\/\w+)*)?\/v1\/chat\/completions$/.exec(url.pathname);
    if (path === null || request.method !== "POST") return undefined;
    const body: CompletionBody = await request.json();
    most = Math.max(most, ++open);
    try {
      await new Promise((resolve) => setTimeout(resolve, options.delay?.(body) ?? 0));
      asked.push({ path: url.pathname, authorization: request.headers.get("authorization"), body });
      return complete(body, options.answer(body), path[1] ?? routed);
    } finally {
      open--;
    }
  };
  return { routes, asked, most: () => most };
}

function describe(id: string, models: readonly ListedModel[]): Response {
  const model = models.find((each) => each.id === id);
  if (model === undefined) return Response.json({ error: "Repository not found" }, { status: 404 });
  return Response.json({
    id,
    inferenceProviderMapping: model.providers.map(({ provider, status }) => ({
      provider,
      hfModelId: id,
      providerId: `${provider}/${id.split("/")[1]}`,
      status: status === "live" ? "live" : "staging",
      task: "conversational",
    })),
  });
}

function complete(body: CompletionBody, answer: ScriptedAnswer | string, provider: string): Response {
  const said: ScriptedAnswer = typeof answer === "string" ? { content: answer } : answer;
  const headers = { "x-inference-provider": provider, "content-type": "application/json" };
  if (said.body !== undefined) {
    return new Response(typeof said.body === "string" ? said.body : JSON.stringify(said.body), { headers });
  }
  const { content, finish = "stop", reasoning, usage = usageOf(body, content ?? "") } = said;
  const message = {
    role: "assistant",
    content,
    ...reasoning === undefined ? {} : { "reasoning_content": reasoning },
  };
  return Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: body.model,
    choices: [{ index: 0, message, "finish_reason": finish }],
    ...usage === null
      ? {}
      : { usage: { ...usage, "total_tokens": usage.prompt_tokens + usage.completion_tokens } },
  }, { headers });
}

function usageOf({ messages }: CompletionBody, content: string) {
  const prompt = messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0);
  return { "prompt_tokens": prompt, "completion_tokens": content.split(/\s+/).length + 1 };
}
