/**
 * Slots in the order of their scores, highest first: which is the k-th and which place has a slot, in O(log n) a
 * question and a change. Of equal scores, the lower tie comes first, and of equal ties the lower slot.
 *
 * A treap: a search tree by score that is also a heap by a hash of the slot, so that it is balanced whatever the scores
 * are. Its nodes are the slots themselves, and each knows the size of its subtree.
 */
export class RankTree {
  #root = -1;
  #left = new Int32Array(1);
  #right = new Int32Array(1);
  /** 0 for a slot that is not in the tree. */
  #sizes = new Int32Array(1);
  #scores = new Float64Array(1);
  #ties = new Float64Array(1);

  /** How many slots it holds. */
  get size(): number {
    return this.#size(this.#root);
  }

  /**
   * Takes in a slot, a whole number from 0, or changes its standing.
   *
   * @param score Finite.
   * @param tie Finite.
   */
  set(slot: number, score: number, tie: number): void {
    if (slot >= this.#sizes.length) this.#grow(slot + 1);
    if (this.#size(slot) > 0) this.#root = this.#without(this.#root, slot);
    this.#scores[slot] = score;
    this.#ties[slot] = tie;
    this.#left[slot] = -1;
    this.#right[slot] = -1;
    this.#sizes[slot] = 1;
    this.#root = this.#with(this.#root, slot);
  }

  /** The slot at a place, from 0; −1 if there are not as many. */
  slotAt(place: number): number {
    let node = this.#root;
    let left = place;
    while (node >= 0) {
      const before = this.#size(this.#child(this.#left, node));
      if (left === before) return node;
      if (left < before) node = this.#child(this.#left, node);
      else {
        left -= before + 1;
        node = this.#child(this.#right, node);
      }
    }
    return -1;
  }

  /** The place of a slot that is in the tree, from 0. */
  placeOf(slot: number): number {
    let node = this.#root;
    let place = 0;
    while (node >= 0 && node !== slot) {
      if (this.#isBefore(slot, node)) node = this.#child(this.#left, node);
      else {
        place += this.#size(this.#child(this.#left, node)) + 1;
        node = this.#child(this.#right, node);
      }
    }
    return place + this.#size(this.#child(this.#left, slot));
  }

  #with(node: number, slot: number): number {
    if (node < 0) return slot;
    const side = this.#isBefore(slot, node) ? this.#left : this.#right;
    const child = this.#with(this.#child(side, node), slot);
    side[node] = child;
    if (priority(child) <= priority(node)) {
      this.#measure(node);
      return node;
    }
    const other = side === this.#left ? this.#right : this.#left;
    side[node] = this.#child(other, child);
    other[child] = node;
    this.#measure(node);
    this.#measure(child);
    return child;
  }

  #without(node: number, slot: number): number {
    if (node === slot) return this.#merged(this.#child(this.#left, slot), this.#child(this.#right, slot));
    const side = this.#isBefore(slot, node) ? this.#left : this.#right;
    side[node] = this.#without(this.#child(side, node), slot);
    this.#measure(node);
    return node;
  }

  /** One tree of two, of which all of `first` comes before all of `second`. */
  #merged(first: number, second: number): number {
    if (first < 0) return second;
    if (second < 0) return first;
    const top = priority(first) > priority(second) ? first : second;
    if (top === first) this.#right[top] = this.#merged(this.#child(this.#right, top), second);
    else this.#left[top] = this.#merged(first, this.#child(this.#left, top));
    this.#measure(top);
    return top;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#scores[b] ?? 0) - (this.#scores[a] ?? 0) ||
      (this.#ties[a] ?? 0) - (this.#ties[b] ?? 0);
    return (difference || a - b) < 0;
  }

  #measure(node: number): void {
    this.#sizes[node] = 1 + this.#size(this.#child(this.#left, node)) +
      this.#size(this.#child(this.#right, node));
  }

  #size(node: number): number {
    return this.#sizes[node] ?? 0;
  }

  #child(side: Int32Array, node: number): number {
    return side[node] ?? -1;
  }

  #grow(length: number): void {
    const room = 2 ** Math.ceil(Math.log2(length));
    this.#left = copied(this.#left, new Int32Array(room));
    this.#right = copied(this.#right, new Int32Array(room));
    this.#sizes = copied(this.#sizes, new Int32Array(room));
    this.#scores = copied(this.#scores, new Float64Array(room));
    this.#ties = copied(this.#ties, new Float64Array(room));
  }
}

function copied<Numbers extends Int32Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

/** A hash of a slot (the finaliser of MurmurHash3): neighbours have priorities that look unrelated. */
function priority(slot: number): number {
  let bits = slot + 1;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
