"""Which sequences go through the model together."""

from __future__ import annotations

from collections.abc import Sequence


def micro_batches(lengths: Sequence[int], most_tokens: int) -> list[list[int]]:
    """Splits sequences into batches of at most `most_tokens` tokens, padding included.

    Sequences are taken by falling length, so that little is padded and the largest batch comes first: memory
    that suffices for it suffices for the rest. A sequence longer than `most_tokens` goes alone.

    Returns the indices of each batch.
    """
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    batches: list[list[int]] = []
    for index in order:
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= most_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches
