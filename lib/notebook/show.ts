import { display, type Displayed } from "./display.ts";

/** What can be shown: tables, pictures and readings. */
export interface Showable {
  /** Its forms. */
  readonly [display]: () => Displayed;
}

/** How long the kernel gets to send what was shown. */
const settleMilliseconds = 50;

/**
 * Shows values below the cell, one after the other. As the last value of a cell they would be shown too, but the kernel
 * may send that after it has said that the cell is done, and then it is lost.
 *
 * Outside of a notebook it prints their plain form.
 *
 * @example
 * ```ts
 * import { runs, show } from "exitlab/notebook";
 *
 * const { sql, close } = await runs("notebooks/example_runs");
 * await show(await sql`select count(*) as runs from runs`);
 * close();
 * ```
 */
export async function show(...values: readonly Showable[]): Promise<void> {
  const notebook = findNotebook();
  for (const value of values) {
    const forms = value[display]();
    if (notebook === undefined) {
      await Deno.stdout.write(new TextEncoder().encode(`${forms["text/plain"] ?? ""}\n`));
    } else {
      await notebook.display({ ...forms }, { raw: true });
    }
  }
  // Even so the kernel says that the cell is done from another thread, and may be first without this.
  if (notebook !== undefined) await new Promise((done) => setTimeout(done, settleMilliseconds));
}

function findNotebook(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    // Deno refuses the mere question outside of `deno jupyter`.
    return undefined;
  }
}
