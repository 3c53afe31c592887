import { setPriority } from "node:os";

/** Lets everything else on this machine go first, as far as the system has that and this process may ask for it. */
export function stepBack(): void {
  try {
    setPriority(19);
  } catch {
    // The live page rests between looks anyway.
  }
}
