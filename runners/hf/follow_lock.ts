import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";

/**
 * Keeps others from following the same run into the same folder: two would write its tail.
 *
 * @param directory The run's folder.
 * @returns Gives it free again; the end of the process does so too.
 * @throws {UserError} If another process follows it, which is named.
 */
export async function lockFollowing(directory: string): Promise<() => void> {
  const path = join(directory, ".follower");
  const file = await Deno.open(path, { read: true, write: true, create: true });
  if (await file.tryLock(true)) {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return () => file.close();
  }
  file.close();
  const other = (await Deno.readTextFile(path)).trim();
  throw new UserError(
    `Run ${directory} is followed by another process${
      other === "" ? "" : ` (${other})`
    } already; look at it with ` +
      "deno task sql or compare, or end that process first",
  );
}
