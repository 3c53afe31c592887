import { errorMessage, UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { featureVectors } from "./feature_vectors.ts";
import { hubToken } from "../hub_token.ts";

/** An endpoint, and how to ask it. */
export interface FeatureEndpoint {
  /** Its address. */
  readonly url: URL;
  /** The most texts of one request. */
  readonly batch: number;
  /** Seconds until a request is given up. */
  readonly timeout: number;
  /** How often a request is sent again. */
  readonly retries: number;
}

/** What a test may put in the place of the real thing. */
export interface FeatureSurroundings {
  /** The token for an address, if there is one. */
  readonly token: (url: URL) => string | undefined;
  /** Waits for so many seconds. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Aborts after so many seconds. */
  readonly deadline: (seconds: number) => AbortSignal;
}

const real: FeatureSurroundings = {
  token: hubToken,
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
  deadline: (seconds) => AbortSignal.timeout(1000 * seconds),
};

/** Texts whose vectors are kept; some 12 MB of vectors of 768 numbers. */
const cacheSize = 4096;

/** Seconds before a request is sent again: doubled each time, up to the longest. */
const firstWait = 1;
const longestWait = 30;

/** A failure that may not come again. */
class Passing extends Error {
  /** Seconds that the server asks to wait, if it does. */
  readonly after: number | undefined;

  constructor(message: string, after?: number) {
    super(message);
    this.after = after;
  }
}

/**
 * Asks an endpoint for the vectors of texts. Plain `fetch` instead of the hub's client: one address and one shape are
 * all there is to ask, no other host may be called on the way, and how often to ask again must be known.
 */
export class FeatureClient {
  readonly #endpoint: FeatureEndpoint;
  readonly #surroundings: FeatureSurroundings;
  readonly #known = new Map<string, Float32Array>();
  #length: number | undefined;

  /** A client of an endpoint. */
  constructor(endpoint: FeatureEndpoint, surroundings: Partial<FeatureSurroundings> = {}) {
    this.#endpoint = endpoint;
    this.#surroundings = { ...real, ...surroundings };
  }

  /**
   * The vectors of texts, in order; each text is asked once. A blank text, which endpoints refuse, is the zero vector.
   *
   * @throws {UserError} If the endpoint refuses the request (4xx), with what it said.
   * @throws {UserError} If it cannot be reached, keeps failing, or answers anything but vectors.
   */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(texts.filter((text) => text.trim() !== ""))) {
      const known = this.#known.get(text);
      if (known === undefined) missing.push(text);
      else vectors.set(text, known);
    }
    for (let at = 0; at < missing.length; at += this.#endpoint.batch) {
      const batch = missing.slice(at, at + this.#endpoint.batch);
      const answer = await this.#askUntilAnswered(batch);
      for (const [index, text] of batch.entries()) {
        const vector = answer[index];
        if (vector === undefined) continue;
        vectors.set(text, vector);
        this.#keep(text, vector);
      }
    }
    return texts.map((text) => vectors.get(text) ?? new Float32Array(this.#length ?? 1));
  }

  #keep(text: string, vector: Float32Array): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= cacheSize && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(text, vector);
  }

  async #askUntilAnswered(texts: readonly string[]): Promise<Float32Array[]> {
    const { retries } = this.#endpoint;
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#ask(texts);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        if (attempt === retries) {
          throw this.#failure(`${error.message} (request ${attempt + 1} of ${retries + 1})`);
        }
        const wait = Math.max(firstWait * 2 ** attempt, error.after ?? 0);
        await this.#surroundings.wait(Math.min(wait, longestWait));
      }
    }
  }

  async #ask(texts: readonly string[]): Promise<Float32Array[]> {
    const { url } = this.#endpoint;
    const token = this.#surroundings.token(url);
    const { status, body, after } = await this.#post(JSON.stringify({ inputs: texts }), token);
    if (status >= 200 && status < 300) return this.#read(body, texts.length);
    const said = token === undefined ? body : body.replaceAll(token, "…");
    const message = `it answered ${status} with ${excerpt(said)}`;
    if (status === 429 || status >= 500) throw new Passing(message, after);
    const advice = status === 401 || status === 403 ? "; is HF_TOKEN set, and may it call the endpoint?" : "";
    throw this.#failure(`${message}${advice}`);
  }

  /** Sends a body and reads the answer, both within the time-out. */
  async #post(
    body: string,
    token: string | undefined,
  ): Promise<{ status: number; body: string; after?: number }> {
    const { url, timeout } = this.#endpoint;
    const signal = this.#surroundings.deadline(timeout);
    const headers = {
      "content-type": "application/json",
      ...token === undefined ? {} : { authorization: `Bearer ${token}` },
    };
    try {
      // A redirect would take the texts, and perhaps the token, to a host that nobody granted.
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      const after = Number(response.headers.get("retry-after") ?? NaN);
      return {
        status: response.status,
        body: await response.text(),
        ...Number.isFinite(after) ? { after } : {},
      };
    } catch (error) {
      if (signal.aborted) throw new Passing(`it did not answer within ${timeout} s`);
      if (error instanceof TypeError) throw new Passing(error.message);
      throw error;
    }
  }

  #read(body: string, count: number): Float32Array[] {
    let answer: Json;
    try {
      answer = JSON.parse(body);
    } catch {
      throw this.#failure(`it answered no JSON but ${excerpt(body)}`);
    }
    try {
      const vectors = featureVectors(answer, count);
      const length = vectors[0]?.length;
      this.#length ??= length;
      if (length === this.#length) return vectors;
      throw new RangeError(
        `Expected vectors of ${this.#length} numbers as before but found some of ${length}`,
      );
    } catch (error) {
      throw this.#failure(errorMessage(error));
    }
  }

  #failure(message: string): UserError {
    return new UserError(`Cannot embed with ${this.#endpoint.url.href}: ${message}`);
  }
}

/** The beginning of a body, on one line. */
function excerpt(body: string): string {
  const line = body.replace(/\s+/g, " ").trim();
  if (line === "") return "an empty body";
  return JSON.stringify(line.length > 160 ? `${line.slice(0, 159)}…` : line);
}
