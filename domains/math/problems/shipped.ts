/** The text of a file of `domains/math/data`. */
export function shippedText(path: string): string {
  return Deno.readTextFileSync(new URL(`../data/${path}`, import.meta.url));
}

/** A value that is made at the first call and kept. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
