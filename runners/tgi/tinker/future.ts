/**
 * Slow calls are answered with a number; the result is waited for under it. Several may be waited for at once.
 *
 * @module
 */
import { errorMessage } from "../../../lib/errors.ts";
import { ServerLostError, UnreadableError } from "./failure.ts";
import { type Caller, failure, ForgottenError, readObject, retrieveRoute, WorkingError } from "./retry.ts";
import type { WireReply } from "./transport.ts";

/** A call that the server has taken on. */
export interface Pending {
  /** Its route, for messages, such as `"/api/v1/optim_step"`. */
  readonly route: string;
  /** The number of the result. */
  readonly requestId: string;
  /** Sends the same call again, and gives the number of its result. */
  readonly issueAgain: () => Promise<string>;
}

/**
 * The number in the answer to a slow call.
 *
 * @throws {UnreadableError} If there is none.
 */
export function readRequestId(reply: WireReply): string {
  const { request_id: id } = readObject(reply);
  if (typeof id === "string" && id !== "") return id;
  if (typeof id === "number") return String(id);
  throw new UnreadableError('It answered without a "request_id"');
}

/**
 * Waits for the result of a call. A server that forgot the call is sent it again, under the same number, so that
 * nothing is done twice.
 *
 * @param accept The media types that `read` understands.
 * @throws {ServerLostError} If the server forgets it again and again, or does not know what it was about any more.
 * @throws {UserError} If the call failed by the caller's mistake.
 * @throws {Error} If the call failed, or as `Caller.call` says.
 */
export async function awaitFuture<T>(
  caller: Caller,
  pending: Pending,
  accept: string,
  read: (reply: WireReply) => T,
): Promise<T> {
  let { requestId } = pending;
  for (let reissue = 0;; reissue++) {
    try {
      return await caller.call({
        method: "POST",
        route: retrieveRoute,
        name: `POST ${pending.route}`,
        body: JSON.stringify({ request_id: requestId }),
        accept,
        timeout: caller.rules.pollTimeout,
      }, (reply) => {
        checkOutcome(reply, pending.route);
        return readNamed(reply, pending.route, read);
      });
    } catch (error) {
      if (!(error instanceof ForgottenError)) throw error;
      if (reissue >= caller.rules.reissues) {
        throw new ServerLostError(
          `The server forgot a request ${reissue + 1} times: ${error.message} (POST ${pending.route})`,
        );
      }
      await caller.beforeReissue(`POST ${pending.route}`, error.message, reissue);
      requestId = await pending.issueAgain();
    }
  }
}

/** Reads a result; what is wrong with it is told with the route. */
function readNamed<T>(reply: WireReply, route: string, read: (reply: WireReply) => T): T {
  try {
    return read(reply);
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    throw new Error(`${errorMessage(error)}, in the answer to POST ${route}`, { cause: error });
  }
}

/** Most results of some megabytes are no JSON at all, or too long to be a word from the queue. */
const longestOutcome = 65_536;

/** Throws if an answer is no result: still working, or failed. */
function checkOutcome(reply: WireReply, route: string): void {
  if (reply.contentType === "application/x-protobuf" || reply.body.length > longestOutcome) return;
  const { type, queue_state: queue, error, category } = readObject(reply);
  if (type === "try_again") throw new WorkingError(`it is still at work (${queue ?? "active"})`);
  if (typeof error !== "string") return;
  // As verl has it, which hands out each result once.
  if (/future id\b.*\b(already retrieved|never seen)/i.test(error)) {
    throw new ServerLostError(`The server has lost a result: ${error} (POST ${route})`);
  }
  throw failure(
    `The server could not do it: ${error} (POST ${route})`,
    typeof category === "string" ? category : undefined,
  );
}
