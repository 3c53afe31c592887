/**
 * Waits so many milliseconds, but no longer than until a signal.
 *
 * @param wakers The pause is among these while it lasts, so that calling it ends it.
 */
export async function pause(
  milliseconds: number,
  signal: AbortSignal,
  wakers: Set<() => void> = new Set(),
): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const timer = setTimeout(wake, milliseconds);
  signal.addEventListener("abort", wake);
  wakers.add(wake);
  await promise;
  wakers.delete(wake);
  signal.removeEventListener("abort", wake);
  clearTimeout(timer);
}
