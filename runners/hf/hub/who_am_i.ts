import * as v from "valibot";
import type { HubClient } from "./hub_client.ts";

/**
 * The name of the token's user, which is the namespace of their jobs: `GET /api/whoami-v2`.
 *
 * @throws {HubError} If the Hub refuses the token or cannot be reached.
 */
export async function whoAmI(client: HubClient, signal?: AbortSignal): Promise<string> {
  const schema = v.object({ name: v.pipe(v.string(), v.nonEmpty()) });
  const { name } = await client.request(
    "GET",
    "/api/whoami-v2",
    schema,
    signal === undefined ? {} : { signal },
  );
  return name;
}
