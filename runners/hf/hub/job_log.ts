/**
 * Follows a job's log until the job is over.
 *
 * Each connection to a log gives it from the start, so that lines are told apart by their place. A connection may be cut,
 * say nothing, end at once, or stay open after the end: the job's stage decides what that means.
 *
 * @module
 */
import { type HubClient, HubError } from "./hub_client.ts";
import { isOver, type JobInfo } from "./job.ts";
import { getJob, jobsPath } from "./jobs.ts";
import { LogStream } from "./log_stream.ts";

/** A line of a log. */
export interface LogLine {
  /** Its place, from 0. */
  readonly index: number;
  /** What it says, without the token. */
  readonly text: string;
}

/** How a log is followed. */
export interface FollowOptions {
  /** Ends it; the job goes on. */
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which a connection counts as dead. Default 120 000. */
  readonly silence?: number;
  /** Milliseconds between looks at a job that is being scheduled. Default 5 000. */
  readonly poll?: number;
  /** Milliseconds without a line after which the log of a job that is over counts as read. Default 5 000. */
  readonly grace?: number;
  /** Milliseconds without a line after which the stage is asked for; no more than `silence`. Default 30 000. */
  readonly check?: number;
  /** Told when the stage, or what the Hub says of it, has changed. */
  readonly onState?: (job: JobInfo) => void;
  /** Told why a connection is made again. */
  readonly onReconnect?: (why: string) => void;
}

interface Connection {
  /** Whether its end is the log's end, by its own account. */
  readonly isWhole: boolean;
  /** The lines that it gave. */
  readonly count: number;
  /** What happened. */
  readonly why: string;
  /** Whether it broke. */
  readonly isCut: boolean;
}

/** Connections without a new line, after a job's end, until its log is given up: broken ones, and ones that seem well. */
const [mostCuts, mostShort] = [24, 4];
const [firstDelay, longestDelay] = [1000, 10_000];

/**
 * The lines of a job's log, each once and in order, as they come; returns the job when it is over and its log was read.
 * Connections are made again for as long as the job is not over.
 *
 * @throws {HubError} If the Hub refuses (4xx).
 * @throws The reason of `options.signal`, once it is aborted.
 */
export async function* followJob(
  client: HubClient,
  namespace: string,
  id: string,
  options: FollowOptions,
): AsyncGenerator<LogLine, JobInfo> {
  const follower = new Follower(client, namespace, id, options);
  return yield* follower.follow();
}

class Follower {
  readonly #client: HubClient;
  readonly #namespace: string;
  readonly #id: string;
  readonly #options: Required<Omit<FollowOptions, "onState" | "onReconnect">> & FollowOptions;
  #job: JobInfo | undefined;
  /** How many lines were given. */
  #seen = 0;

  constructor(client: HubClient, namespace: string, id: string, options: FollowOptions) {
    this.#client = client;
    this.#namespace = namespace;
    this.#id = id;
    this.#options = { silence: 120_000, poll: 5000, grace: 5000, check: 30_000, ...options };
  }

  async *follow(): AsyncGenerator<LogLine, JobInfo> {
    const { signal, poll, onReconnect } = this.#options;
    let job = await this.#look();
    while (job.stage === "SCHEDULING") {
      await this.#client.wait(poll, signal);
      job = await this.#look();
    }
    for (let fruitless = 0;;) {
      const before = this.#seen;
      const wasOver = isOver(job);
      const { isWhole, count, isCut, why } = yield* this.#connect(job);
      fruitless = this.#seen > before ? 0 : fruitless + 1;
      job = this.#job !== undefined && isOver(this.#job) ? this.#job : await this.#look();
      if (isOver(job)) {
        // A good end that came before the job's may have been a cut that did not look like one.
        const isRead = isWhole && count >= this.#seen && (wasOver || why === quietEnd);
        if (isRead && (count > 0 || job.startedAt === null)) return job;
        if (fruitless >= (isCut ? mostCuts : mostShort)) {
          onReconnect?.(`${why}, and again and again: the log of a job that is over is left as it is`);
          return job;
        }
      }
      if (isCut || !isOver(job)) onReconnect?.(why);
      await this.#client.wait(Math.min(longestDelay, firstDelay * 2 ** fruitless), signal);
    }
  }

  /** Asks for the job until there is an answer. */
  async #look(): Promise<JobInfo> {
    const { signal, onState, onReconnect } = this.#options;
    for (let tries = 0;; tries++) {
      try {
        const job = await getJob(this.#client, this.#namespace, this.#id, signal);
        const last = this.#job;
        this.#job = job;
        if (last?.stage !== job.stage || last.message !== job.message) onState?.(job);
        return job;
      } catch (error) {
        if (!(error instanceof HubError) || !error.transient) throw error;
        onReconnect?.(error.message);
        await this.#client.wait(Math.min(longestDelay, firstDelay * 2 ** tries), signal);
      }
    }
  }

  /** Reads one connection for as long as it is worth it. */
  async *#connect(job: JobInfo): AsyncGenerator<LogLine, Connection> {
    const { signal, silence, grace, check } = this.#options;
    let stream: LogStream;
    try {
      const path = `${jobsPath(this.#namespace)}/${encodeURIComponent(this.#id)}/logs`;
      stream = new LogStream(await this.#client.stream(path, signal));
    } catch (error) {
      const isGone = error instanceof HubError && isOver(job) &&
        (error.status === 404 || error.status === 410);
      if (!(error instanceof HubError) || !(error.transient || isGone)) throw error;
      return { isWhole: false, count: 0, isCut: !isGone, why: error.message };
    }
    try {
      let count = 0;
      // When the stage was asked for or a line came, when a line came, and when anything came.
      const opened = performance.now();
      let [checked, lined, heard] = [opened, opened, opened];
      let isHushed = false;
      for (;;) {
        const isLast = isOver(job);
        const patience = isLast ? grace / 2 : Math.min(silence, check);
        const got = await stream.read(Math.max(0, checked + patience - performance.now()), signal);
        if (got === "end") return { isWhole: true, count, isCut: false, why: "The log's connection ended" };
        if (got === "cut") return { isWhole: false, count, isCut: true, why: "The log's connection was cut" };
        if (got !== "quiet") {
          for (const text of got.flatMap(splitLines)) {
            if (count++ === this.#seen) yield { index: this.#seen++, text: this.#client.redact(text) };
          }
          heard = performance.now();
          if (got.length > 0) {
            checked = lined = heard;
            isHushed = false;
          }
        }
        if (performance.now() < checked + patience) continue;
        if (isLast) {
          // Twice: after a machine's sleep the time is up before what has come is read.
          if (isHushed) return { isWhole: true, count, isCut: false, why: quietEnd };
          isHushed = true;
          checked = performance.now();
          continue;
        }
        job = await this.#look();
        checked = performance.now();
        // A log begins with what was said before, or at least with a line that says that the job has begun.
        const isStuck = count < Math.max(1, this.#seen) && checked - lined >= silence;
        if (!isOver(job) && (checked - heard >= silence || isStuck)) {
          return { isWhole: false, count, isCut: true, why: `The log said nothing for ${silence / 1000} s` };
        }
      }
    } finally {
      await stream.close();
    }
  }
}

const quietEnd = "The log of a job that is over says no more";

/** An event may hold several lines; its own end of line is none. */
function splitLines(text: string): string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
