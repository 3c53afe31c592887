import { errorMessage } from "../../../lib/errors.ts";

/** How often in a row a state may fail to be kept while a run goes on, and the seconds before each further try at its end. */
const [mostFailures, waits] = [3, [5, 20, 60]] as const;

/** What keeping states needs. */
export interface PatientSaveOptions {
  /** Keeps a state. */
  readonly save: (iteration: number, status: "unfinished" | "finished") => Promise<void>;
  /** Writes a line to the log. */
  readonly print: (line: string) => void;
  /** Waits; for tests. */
  readonly wait?: (seconds: number) => Promise<void>;
}

/** Keeps states in a mounted bucket, which now and then refuses: a run of hours does not end by that. */
export class PatientSave {
  readonly #options: Required<PatientSaveOptions>;
  #failures = 0;

  /** Keeps states so. */
  constructor(options: PatientSaveOptions) {
    const wait = (seconds: number): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    this.#options = { wait, ...options };
  }

  /**
   * Keeps the state after a checkpoint, or leaves that to the next one.
   *
   * @throws What the third failure in a row was: nothing that the run does from then on would be of use.
   */
  async now(iteration: number): Promise<void> {
    try {
      await this.#options.save(iteration, "unfinished");
      this.#failures = 0;
    } catch (error) {
      if (++this.#failures === mostFailures) throw error;
      this.#options.print(`The bucket does not take iteration ${iteration}: ${errorMessage(error)}`);
    }
  }

  /**
   * Keeps the last state.
   *
   * @throws What the last of several tries failed by.
   */
  async last(iteration: number, status: "unfinished" | "finished"): Promise<void> {
    const { save, print, wait } = this.#options;
    for (const seconds of waits) {
      try {
        return await save(iteration, status);
      } catch (error) {
        print(`The bucket does not take the last state: ${errorMessage(error)}; again in ${seconds} s`);
        await wait(seconds);
      }
    }
    await save(iteration, status);
  }
}
