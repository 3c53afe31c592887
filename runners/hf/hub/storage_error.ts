import { HubApiError, InvalidApiResponseFormatError } from "@huggingface/hub";
import type { HubClient } from "./hub_client.ts";
import { excerpt, HubError, refusal } from "./hub_error.ts";

/** What a failure of the Hub's library means: a sentence where the Hub refused, else as it came. The token is not in it. */
export function storageError(client: HubClient, error: unknown, name: string): unknown {
  if (error instanceof HubApiError) {
    const said = excerpt(`${error.data?.error ?? error.message}`, (text) => client.redact(text));
    const path = URL.parse(error.url)?.pathname ?? "";
    const isFull = error.statusCode === 413 || error.statusCode === 507 ||
      (error.statusCode === 403 && /storage|quota|limit/i.test(said));
    if (isFull) {
      return new HubError(
        `Expected room in the account's storage for ${name} ` +
          `(see https://huggingface.co/settings/billing) but found ${error.statusCode} "${said}"`,
        { status: error.statusCode, ambiguous: false, transient: false },
      );
    }
    return refusal({
      ...{ status: error.statusCode, where: name, path, said, retryAfter: null },
      ...{ hadToken: client.access.token !== undefined, changes: false },
    });
  }
  // The library tells of files that were refused, and of answers that it does not understand, by plain errors.
  const isPlain = error instanceof InvalidApiResponseFormatError || error instanceof Error &&
      Object.getPrototypeOf(error) === Error.prototype;
  if (!isPlain) return error;
  const said = excerpt(error.message, (text) => client.redact(text));
  return new HubError(`Expected the Hub to take and give files of ${name} but found "${said}"`, {
    ...{ status: null, ambiguous: true, transient: false },
  });
}
