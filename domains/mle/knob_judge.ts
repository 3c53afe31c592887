/** What stands in a prompt for a character that is no digit. */
const unreadable = "?";

/** The feedback on a knob: it is right, near or far. */
export const marks = { right: "=", near: "~", far: "x" } as const;

/** The largest distance from the optimum that counts as near. */
const nearest = 2;

/**
 * What a near knob is worth beside a right one. Less than 1/3, so that moving a near knob by 1 or 2 in a direction that
 * the feedback does not tell is worth more on average than leaving it. A credit that falls evenly with the distance
 * would pay for leaving it: away from the ends of the range, such a move would be a loss or a draw on average.
 */
const nearCredit = 0.2;

/** How good a response is. */
export interface Judgement {
  /** In [0, 1]; see `judge`. */
  readonly quality: number;
  /** Whether every knob is right. */
  readonly solved: boolean;
}

/**
 * Judges a response of any length and content.
 *
 * Quality is 0 for a response that is not exactly n digits, else `(right + 0.2 · near) / n`: the mean over knobs of 1 at
 * the optimum, 0.2 at a distance of 1 or 2 from it and 0 beyond. It is 1 at the optimum alone, and no finer than the
 * feedback.
 *
 * @param optimum n digits.
 */
export function judge(optimum: string, response: string): Judgement {
  if (sanitize(optimum.length, response) !== response || response.includes(unreadable)) {
    return { quality: 0, solved: false };
  }
  const mask = feedbackMask(optimum, response);
  const quality = shareOf(mask, marks.right) + nearCredit * shareOf(mask, marks.near);
  return { quality, solved: response === optimum };
}

/**
 * The feedback on a response, one character a knob: `=` right, `~` near (at a distance of 1 or 2), `x` far or no digit.
 *
 * @param optimum n digits.
 */
export function feedbackMask(optimum: string, response: string): string {
  return Array.from(sanitize(optimum.length, response), (digit, knob) => {
    const distance = Math.abs(Number(digit) - Number(optimum[knob]));
    return distance === 0 ? marks.right : distance <= nearest ? marks.near : marks.far;
  }).join("");
}

/** The share of a mask's knobs that have a mark, in [0, 1]. */
export function shareOf(mask: string, mark: string): number {
  return (mask.split(mark).length - 1) / mask.length;
}

/** A response as exactly n characters that a prompt may hold: what is not a digit becomes `?`, as do missing ones. */
export function sanitize(knobs: number, response: string): string {
  return response.slice(0, knobs).replaceAll(/[^0-9]/g, unreadable).padEnd(knobs, unreadable);
}
