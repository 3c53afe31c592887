import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import type { Json, JsonObject } from "../../../../lib/json.ts";

/** A request as it arrived. */
export interface Heard {
  /** The path. */
  readonly route: string;
  /** The body; `{}` where there is none. */
  readonly body: JsonObject;
  /** The headers. */
  readonly headers: Headers;
}

/** What is answered: JSON under status 200, a whole response, `"cut"` for a broken connection, or nothing (404). */
export type Said = Json | Response | undefined;

/** A server that answers by a script, and remembers what it heard. */
export interface ScriptedServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** All requests, in the order in which they came. */
  readonly heard: Heard[];
}

/** Starts one on a free port. */
export async function scriptedServer(
  script: (heard: Heard) => Said | Promise<Said>,
): Promise<ScriptedServer> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const one: Heard = {
      route: new URL(request.url ?? "/", "http://localhost").pathname,
      body: body === "" ? {} : JSON.parse(body),
      headers: new Headers(
        Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
      ),
    };
    heard.push(one);
    const said = await script(one);
    if (said === "cut") {
      // Shorter than it says.
      response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
      response.write('{"choices":[', () => request.socket.destroy());
      return;
    }
    const reply = said === undefined ? Response.json({ detail: "Not Found" }, { status: 404 }) : said;
    const whole = reply instanceof Response ? reply : Response.json(reply);
    response.writeHead(whole.status, Object.fromEntries(whole.headers));
    response.end(new Uint8Array(await whole.clone().arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    heard,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A refusal in the way of vLLM. */
export function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message, type: "BadRequestError", code: status } }, { status, headers });
}
