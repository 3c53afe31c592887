/**
 * What comparing two answers may still cost. It is counted and not timed, so that no verdict depends on the machine.
 */
export interface Work {
  /** Exact arithmetic: squares of the lengths of numbers in bits, which is what dividing them out takes. */
  exact: number;
  /** Functions, numbers and symbols that are evaluated at sample points. */
  samples: number;
}

/** The work that one comparison may take: some tenths of a second of either kind. */
export function fullWork(): Work {
  return { exact: 1e10, samples: 2_500_000 };
}
