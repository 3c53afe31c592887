import { isJsonObject, type Json } from "../../../lib/json.ts";
import { UserError } from "../../../lib/errors.ts";
import { type HostedAccess, hostedPlace } from "./hosted_model.ts";

/** The most characters of a server's own words that are shown. */
const mostShown = 240;

/** What a server said went wrong, safe to show: one line, cut, without the key; empty if there is nothing to read in it. */
export function serverWords(body: string, key: string | undefined): string {
  const found = findWords(body);
  const shown = (key === undefined ? found : found.replaceAll(key, "…")).replaceAll(/\p{Cc}+/gu, " ").trim();
  return shown.length > mostShown ? `${shown.slice(0, mostShown - 1)}…` : shown;
}

function findWords(body: string): string {
  let json: Json;
  try {
    json = JSON.parse(body);
  } catch {
    // A page for people says nothing that belongs in a sentence.
    return /^\s*</.test(body) ? "" : body;
  }
  if (!isJsonObject(json)) return typeof json === "string" ? json : "";
  const { error, message, detail } = json;
  const within = isJsonObject(error) ? error["message"] : error;
  return [within, message, detail].find((words) => typeof words === "string")?.toString() ?? "";
}

/** What a status that will not change means to the user. */
export function refusal(status: number, body: string, access: HostedAccess): UserError {
  const { model, endpoint, key } = access;
  const words = serverWords(body, key);
  const said = words === "" ? "" : ` (it says: ${words})`;
  const place = hostedPlace(access);
  const secret = endpoint === null ? "HF_TOKEN" : "its key";
  if (status === 401) {
    return new UserError(
      `Expected ${secret} to be valid for ${place} but it was refused as missing, wrong or expired${said}`,
    );
  }
  if (status === 402) {
    return new UserError(
      `There is no credit left to ask ${model} at ${place}${said}; all answers so far are kept: add credit and give the ` +
        "same command again",
    );
  }
  if (status === 403) {
    return new UserError(
      `Expected ${secret} to have the right to ask ${model} at ${place} but it has not${said}${
        endpoint === null
          ? '; the token needs the permission "Make calls to Inference Providers", and of a gated model its terms accepted'
          : ""
      }`,
    );
  }
  if (status === 404) return new UserError(`Found no model ${model} to chat with at ${place}${said}`);
  if (status >= 300 && status < 400) {
    return new UserError(
      `Expected ${place} to answer but it points to another address (status ${status}); give that one`,
    );
  }
  if (
    /context (length|window|size)|maximum context|too (long|many tokens)|max_(model|total|input)/i.test(words)
  ) {
    return new UserError(
      `A request for ${model} at ${place} does not fit its context${said}; give --context N in tokens, so that longer ` +
        "requests show less of the current response, or a smaller --max-tokens; all answers so far are kept",
    );
  }
  return new UserError(`${place} refused a request for ${model} with status ${status}${said}`);
}
