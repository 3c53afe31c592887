/**
 * The server of the live page. It answers on the loopback interface alone, to requests that name it so, and changes
 * nothing: neither runs, nor what they write.
 *
 * @module
 */
import { refusal } from "./answers.ts";
import { pause } from "./pause.ts";
import { LiveSite, type LiveSiteOptions } from "./live_site.ts";

/** What a live page is of, and where it is. */
export interface LiveServerOptions extends LiveSiteOptions {
  /** The TCP port; 0 for a free one. */
  readonly port: number;
}

/** Answers that are under way are waited for so long when the server ends, in milliseconds. */
const grace = 1000;

/** A server that runs. */
export interface LiveServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** How many pages are connected. */
  readonly streams: number;
  /** Why it ended, should it end by itself; never resolves otherwise. */
  readonly failed: Promise<never>;
}

/**
 * Begins to serve.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 */
export async function serveLive(options: LiveServerOptions): Promise<LiveServer> {
  const script = await Deno.readTextFile(new URL("./page_script.js", import.meta.url));
  const site = new LiveSite(options, script);
  await site.look();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    onListen: () => {},
    onError: (error) => {
      reject(error);
      return refusal(500, "The page could not be made");
    },
  }, (request) => site.answer(request));
  const following = site.follow().catch(reject);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    get streams() {
      return site.streams;
    },
    failed,
    async [Symbol.asyncDispose]() {
      site.stop();
      await following;
      const ended = new AbortController();
      await Promise.race([server.shutdown().then(() => ended.abort()), pause(grace, ended.signal)]);
      // A reader that takes nothing in would be waited for without end.
      if (!ended.signal.aborted) server.unref();
    },
  };
}
