/**
 * Surroundings as a domain may meet them one day, to see whether it looks at them.
 *
 * @module
 */

/** A time that is off by years, months, days, hours and minutes (milliseconds). */
const shift = 1000 * (60 * (60 * (24 * 1003 + 7) + 29) + 13);

/** Runs something while `Date` and `Temporal` tell a time in another year, month and hour. */
export async function withOtherTime(run: () => Promise<void>): Promise<void> {
  const RealDate = Date;
  const now = (): number => RealDate.now() + shift;
  const OtherDate = new Proxy(RealDate, {
    construct: (_, given, made) => Reflect.construct(RealDate, given.length === 0 ? [now()] : given, made),
    apply: () => new RealDate(now()).toString(),
    get: (_, key) => key === "now" ? now : Reflect.get(RealDate, key),
  });
  const { Now } = Temporal;
  const { instant, plainDateTimeISO, zonedDateTimeISO } = Now;
  const later = { seconds: shift / 1000 };
  await withProperties([
    [globalThis, "Date", OtherDate],
    [Now, "instant", () => instant().add(later)],
    [Now, "plainDateISO", (zone?: string) => plainDateTimeISO(zone).add(later).toPlainDate()],
    [Now, "plainTimeISO", (zone?: string) => plainDateTimeISO(zone).add(later).toPlainTime()],
    [Now, "plainDateTimeISO", (zone?: string) => plainDateTimeISO(zone).add(later)],
    [Now, "zonedDateTimeISO", (zone?: string) => zonedDateTimeISO(zone).add(later)],
  ], run);
}

/** Runs something while `Math.random()` gives its least and its greatest numbers now and then. */
export async function withOddChance(run: () => Promise<void>): Promise<void> {
  const { random } = Math;
  let calls = 0;
  // Others come between them, so that drawing until it fits ends.
  const odd = (): number => [2 ** -40, 1 - 2 ** -40, random(), random()][calls++ % 4] ?? random();
  await withProperties([[Math, "random", odd]], run);
}

/** Runs something while properties have other values. */
async function withProperties(
  changes: readonly (readonly [of: object, name: string, value: unknown])[],
  run: () => Promise<void>,
): Promise<void> {
  const undo: (() => void)[] = [];
  try {
    for (const [of, name, value] of changes) {
      const before = Object.getOwnPropertyDescriptor(of, name);
      if (before === undefined) throw new Error(`There is no ${name} to replace`);
      Object.defineProperty(of, name, { ...before, value });
      undo.push(() => Object.defineProperty(of, name, before));
    }
    await run();
  } finally {
    for (const restore of undo) restore();
  }
}
