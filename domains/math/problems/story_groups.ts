/** The share of words, of those that either of two texts has, from which on they tell one story. */
const sharedWords = 0.6;

/**
 * Groups what tells one story with other numbers, in another order or with another ending: texts that share at least six
 * of ten words, numbers and repetitions aside, and those that are linked by others in between. In order of first
 * appearance.
 *
 * @param textOf The text of an item.
 */
export function storyGroups<Item>(items: readonly Item[], textOf: (item: Item) => string): Item[][] {
  const words = items.map((item) => new Set(textOf(item).toLowerCase().match(/\p{L}+/gu)));
  const parent = items.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    for (let up = parent[root]; up !== undefined && up !== root; up = parent[root]) root = up;
    return root;
  };
  for (const [first, ours] of words.entries()) {
    for (const [second, theirs] of words.slice(0, first).entries()) {
      if (sameStory(ours, theirs)) parent[find(first)] = find(second);
    }
  }
  const groups = new Map<number, Item[]>();
  for (const [index, item] of items.entries()) {
    const root = find(index);
    groups.set(root, [...groups.get(root) ?? [], item]);
  }
  return [...groups.values()];
}

function sameStory(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean {
  const [few, many] = ours.size < theirs.size ? [ours, theirs] : [theirs, ours];
  if (few.size < sharedWords * many.size) return false;
  let shared = 0;
  for (const word of few) if (many.has(word)) shared++;
  return shared >= sharedWords * (few.size + many.size - shared);
}
