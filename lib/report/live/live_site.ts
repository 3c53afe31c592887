import process from "node:process";
import { contentPolicy } from "../page/page.ts";
import { headers, isLoopback, notFound, refusal } from "./answers.ts";
import { livePage } from "./live_page.ts";
import { LiveRuns, type WatchedPlace } from "./live_runs.ts";
import { LiveView } from "./live_view.ts";
import { overview, type Region } from "./overview.ts";
import { pause } from "./pause.ts";
import { goneRun, runPage } from "./run_page.ts";

/** What a live page is of, and how eager it is. */
export interface LiveSiteOptions {
  /** Where the runs are. */
  readonly places: readonly WatchedPlace[];
  /** What the page calls that. */
  readonly name: string;
  /** It looks for news no more often, in milliseconds; default 1000. */
  readonly interval?: number;
  /**
   * The share of one core that looking, and drawing, may each take: what took t rests for t / share, though no longer than
   * {@linkcode longestRest}; default 0.01. So many runs are looked at less often, and none of them is slowed.
   */
  readonly share?: number;
}

/** The longest rests, in milliseconds: what is shown is no older than this, however much there is to be read and drawn. */
export const longestRest = { look: 5_000, draw: 20_000 } as const;

/** More pages at once are refused. */
const mostStreams = 64;

/** A stream says something at least this often, in milliseconds, so that a dead one is found. */
const heartbeat = 15_000;

/** Without changes pages are made anew this often, in milliseconds, for alerts of silence. */
const oldest = 30_000;

interface KeptView {
  readonly view: LiveView;
  streams: number;
  /** When it was last asked for. */
  asked: number;
  /** What it was made from. */
  runsVersion: number;
  made: number;
}

/** The pages about runs, and what keeps them up to date. */
export class LiveSite {
  readonly #options: LiveSiteOptions;
  readonly #script: string;
  readonly #runs: LiveRuns;
  readonly #views = new Map<string, KeptView>();
  readonly #stopped = new AbortController();
  /** Tells the versions of this server from those of one before it at the same address. */
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  readonly #versions = { latest: 0 };
  #drawAgain = 0;
  #state:
    | { readonly version: number; readonly made: number; readonly body: Uint8Array<ArrayBuffer> }
    | undefined;

  /** Pages with this script. */
  constructor(options: LiveSiteOptions, script: string) {
    this.#options = options;
    this.#script = script;
    this.#runs = new LiveRuns(options.places);
  }

  /** How many pages are connected. */
  get streams(): number {
    return [...this.#views.values()].reduce((sum, { streams }) => sum + streams, 0);
  }

  /** Ends `follow` and all streams. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Reads what is new; whether there is more. */
  async look(): Promise<boolean> {
    return await this.#runs.poll();
  }

  /** Looks and draws until it is stopped. */
  async follow(): Promise<void> {
    const { interval = 1000, share = 0.01 } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const began = busyTime();
      const behind = await this.look();
      const looked = busyTime() - began;
      await this.#refresh();
      await pause(behind ? 0 : Math.max(interval, Math.min(longestRest.look, looked / share)), signal);
    }
  }

  /** Answers a request. */
  async answer(request: Request): Promise<Response> {
    if (!isLoopback(request.headers.get("host"))) {
      return refusal(403, "This page is for 127.0.0.1 and localhost alone");
    }
    if (request.method !== "GET") return refusal(405, "This page can only be read", { allow: "GET" });
    const url = addressOf(request);
    if (url === undefined) return refusal(400, "This is no address of a page");
    const key = url.searchParams.get("run") ?? undefined;
    switch (url.pathname) {
      case "/":
        return await this.#page(undefined);
      case "/run":
        return key === undefined ? notFound() : await this.#page(key);
      case "/events":
        return await this.#events(key, request.headers.get("last-event-id") ?? url.searchParams.get("since"));
      case "/state.json":
        return new Response(this.#stateJson(), { headers: headers("application/json; charset=utf-8") });
      default:
        return notFound();
    }
  }

  async #page(key: string | undefined): Promise<Response> {
    const kept = await this.#view(key);
    if (kept === undefined) return notFound();
    const text = livePage({
      title: key === undefined ? `Runs in ${this.#options.name}` : `Run ${key}`,
      single: key !== undefined,
      events: key === undefined ? "/events?all" : `/events?run=${encodeURIComponent(key)}`,
      since: this.#name(kept.view.version),
      regions: kept.view.regions(),
      script: this.#script,
    });
    const policy = `${contentPolicy(this.#script)}; frame-ancestors 'none'`;
    return new Response(text, {
      headers: { ...headers("text/html; charset=utf-8"), "content-security-policy": policy },
    });
  }

  /** News of a page, from the version on that it has. A reader that is slow gets the newest, not all that was between. */
  async #events(key: string | undefined, since: string | null): Promise<Response> {
    const kept = await this.#view(key);
    if (kept === undefined) return notFound();
    if (this.streams >= mostStreams) return refusal(503, "Too many pages are open");
    const [epoch, version] = (since ?? "").split("-");
    let at = epoch === this.#epoch && /^\d+$/.test(version ?? "") ? Number(version) : 0;
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, this.#stopped.signal]);
    const encoder = new TextEncoder();
    kept.streams++;
    let open = true;
    const leave = (): void => {
      if (open) kept.streams--;
      open = false;
      kept.asked = Date.now();
      left.abort();
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode("retry: 1000\n\n")),
      pull: async (controller) => {
        const news = await kept.view.after(at, heartbeat, signal);
        if (signal.aborted) {
          if (open) controller.close();
          return leave();
        }
        at = news?.version ?? at;
        const text = news === undefined
          ? ": nothing new\n\n"
          : `id: ${this.#name(at)}\ndata: ${JSON.stringify(news.regions)}\n\n`;
        controller.enqueue(encoder.encode(text));
      },
      cancel: leave,
    });
    return new Response(stream, { headers: headers("text/event-stream; charset=utf-8") });
  }

  /** All figures as JSON, made at most once a second. */
  #stateJson(): Uint8Array<ArrayBuffer> {
    const now = Date.now();
    const before = this.#state;
    const fresh = before !== undefined &&
      (now - before.made < 1000 || before.version === this.#runs.version && now - before.made < oldest);
    if (fresh) return before.body;
    const version = this.#runs.version;
    const body = new TextEncoder().encode(JSON.stringify({ runs: this.#runs.runs(now) }));
    this.#state = { version, made: now, body };
    return body;
  }

  /** The view of a run, or of all; made when it is first asked for. */
  async #view(key: string | undefined): Promise<KeptView | undefined> {
    const name = key ?? "";
    const found = this.#views.get(name);
    if (found !== undefined) {
      found.asked = Date.now();
      return found;
    }
    const regions = await this.#regions(key);
    if (regions === undefined) return undefined;
    const now = Date.now();
    const view = new LiveView(this.#versions);
    view.update(regions, true);
    const kept = this.#views.get(name) ??
      { view, streams: 0, asked: now, runsVersion: this.#runs.version, made: now };
    this.#views.set(name, kept);
    return kept;
  }

  async #regions(key: string | undefined): Promise<Region[] | undefined> {
    const now = Date.now();
    if (key === undefined) return overview(this.#runs.runs(now), this.#options.name, this.#runs.unread);
    const run = this.#runs.run(key, now);
    return run === undefined ? undefined : runPage(run, await this.#runs.rollouts(key));
  }

  /** Makes the pages anew that someone looks at; forgets the others. */
  async #refresh(): Promise<void> {
    const { share = 0.01 } = this.#options;
    const now = Date.now();
    const pictures = now >= this.#drawAgain;
    const began = busyTime();
    for (const [name, kept] of this.#views) {
      if (kept.streams === 0 && now - kept.asked > 2000) {
        this.#views.delete(name);
        continue;
      }
      const changed = kept.runsVersion !== this.#runs.version;
      if (!changed && now - kept.made < oldest) continue;
      const regions = await this.#regions(name === "" ? undefined : name) ?? goneRun;
      kept.view.update(regions, pictures);
      kept.made = now;
      if (pictures) kept.runsVersion = this.#runs.version;
    }
    if (pictures) this.#drawAgain = now + Math.min(longestRest.draw, (busyTime() - began) / share);
  }

  #name(version: number): string {
    return `${this.#epoch}-${version}`;
  }
}

/** What a request asks for; `undefined` if that is no address, such as one with a port beyond all ports. */
function addressOf(request: Request): URL | undefined {
  try {
    return new URL(request.url);
  } catch {
    return undefined;
  }
}

/** The milliseconds for which this process has had a core: what it took from others, however long that lasted. */
function busyTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
