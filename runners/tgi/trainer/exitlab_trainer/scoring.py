"""Log-probabilities and entropies of targets, and the gradient of a loss of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .backbone import Backbone
from .losses import Config, Inputs, Loss
from .micro_batches import micro_batches
from .types import Datum, Scored, UserMistake

_CHUNK_NUMBERS = 2**25
"""The most logits that exist at once where a model splits: 128 MiB, and about three times that with the
gradient.
"""

_CACHED_NUMBERS = 2**16
"""How many products of an entropy are held at a time on a CPU: 256 KiB."""


@dataclass(frozen=True)
class _Pass:
    """Sequences that go through the model together, and their tokens, flat."""

    rows: list[int]
    lengths: list[int]
    tokens: Tensor
    """[B, T], padded on the right with 0."""
    places: Tensor
    """Where the N real tokens are in [B · T]."""
    targets: Tensor
    """[N]."""


def _passes(backbone: Backbone, data: Sequence[Datum], micro_tokens: int) -> Iterator[_Pass]:
    lengths = [len(datum.tokens) for datum in data]
    for rows in micro_batches(lengths, micro_tokens):
        longest = lengths[rows[0]]
        tokens = np.zeros((len(rows), longest), dtype=np.int64)
        for place, row in enumerate(rows):
            tokens[place, : lengths[row]] = data[row].tokens
        places = np.concatenate([np.arange(lengths[row]) + place * longest for place, row in enumerate(rows)])
        targets = np.concatenate([data[row].inputs["target_tokens"] for row in rows]).astype(np.int64)
        yield _Pass(
            rows,
            [lengths[row] for row in rows],
            torch.from_numpy(tokens).to(backbone.device),
            torch.from_numpy(places).to(backbone.head_device),
            torch.from_numpy(targets).to(backbone.head_device),
        )


def _distribution(logits: Tensor, temperature: float) -> Tensor:
    """Log-probabilities of all tokens, float32 [N, V]."""
    scaled = logits.float()
    return torch.log_softmax(scaled if temperature == 1 else scaled / temperature, dim=-1)


def _of_targets(every: Tensor, targets: Tensor) -> Tensor:
    return every.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def _read(every: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log-probability of each target, entropy, and all probabilities."""
    logprobs = _of_targets(every, targets)
    probabilities = every.exp()
    entropy = _entropy(probabilities, every)
    if bool(entropy.isnan().any()):
        every.clamp_(min=-1e30)  # a token that cannot be: 0 · −∞ is no number
        entropy = _entropy(probabilities, every)
    return logprobs, entropy, probabilities


def _entropy(probabilities: Tensor, every: Tensor) -> Tensor:
    """The entropy of each distribution, [N]. A CPU takes a few at a time: products that stay in its cache cost
    a third.
    """
    rows = max(1, len(every) if every.is_cuda else _CACHED_NUMBERS // every.shape[-1])
    pairs = zip(torch.split(probabilities, rows), torch.split(every, rows), strict=True)
    return -torch.cat([torch.linalg.vecdot(one, other) for one, other in pairs])


def _chunks(count: int, vocabulary: int) -> Iterator[slice]:
    size = max(1, _CHUNK_NUMBERS // vocabulary)
    for start in range(0, count, size):
        yield slice(start, min(count, start + size))


@torch.no_grad()
def score(backbone: Backbone, data: Sequence[Datum], temperature: float, micro_tokens: int) -> list[Scored]:
    """Scores every target, entropies included, without a gradient."""
    results = _Results(data)
    for batch in _passes(backbone, data, micro_tokens):
        logits_of = _logits_of(backbone, batch)
        logprobs, entropy = _zeros(batch), _zeros(batch)
        for chunk in _chunks(len(batch.places), backbone.vocabulary):
            every = _distribution(logits_of(batch.places[chunk]), temperature)
            logprobs[chunk], entropy[chunk], _ = _read(every, batch.targets[chunk])
        results.put(batch, logprobs, entropy)
    return results.scored


def _zeros(batch: _Pass) -> Tensor:
    return torch.zeros(len(batch.places), device=batch.places.device)


def _logits_of(backbone: Backbone, batch: _Pass) -> Callable[[Tensor], Tensor]:
    """A function from places to their logits."""
    if backbone.split:
        hidden = backbone.hidden(batch.tokens).flatten(0, 1)
        return lambda places: backbone.head(hidden[places])
    logits = backbone.logits(batch.tokens).flatten(0, 1)
    return lambda places: logits[places]


class _Results:
    """Puts numbers of flat batches back where they belong."""

    def __init__(self, data: Sequence[Datum]) -> None:
        empty = np.zeros(0, dtype=np.float32)
        self.scored = [Scored(empty, empty) for _ in data]

    def put(self, batch: _Pass, logprobs: Tensor, entropy: Tensor) -> None:
        both = torch.stack([logprobs, entropy]).cpu().numpy()
        start = 0
        for row, length in zip(batch.rows, batch.lengths, strict=True):
            part = both[:, start : start + length]
            self.scored[row] = Scored(part[0].copy(), part[1].copy())
            start += length


def accumulate(
    backbone: Backbone,
    data: Sequence[Datum],
    loss: Loss,
    config: Config,
    micro_tokens: int,
    after_pass: Callable[[], None],
) -> tuple[list[Scored], float]:
    """Scores every target and leaves the loss's gradient where autograd puts it.

    The gradient with regard to the logits is written down in closed form, a chunk of tokens at a time, and
    autograd takes it from there. Tokens without a weight go through the head without a gradient.

    Args:
        after_pass: Called when a micro-batch's gradient is there.

    Returns:
        The scores, and the loss summed over tokens.

    Raises:
        UserMistake: If the loss is not finite.
    """
    results, total = _Results(data), 0.0
    for batch in _passes(backbone, data, micro_tokens):
        inputs = _inputs(data, batch)
        logprobs, entropy = _zeros(batch), _zeros(batch)
        weighed = loss.counts(inputs) | (inputs["entropy_weights"] != 0)
        states = (backbone.hidden if backbone.split else backbone.logits)(batch.tokens).flatten(0, 1)
        leaf = states.detach()
        gradient = torch.zeros_like(leaf)
        for places, part_inputs, chosen, trains in _parts(batch, inputs, weighed, backbone.vocabulary):
            piece = leaf[places].requires_grad_(trains)
            with torch.set_grad_enabled(trains):
                logits = backbone.head(piece) if backbone.split else piece
            every = _distribution(logits.detach(), config["temperature"])
            if not trains:
                logprobs[chosen] = _of_targets(every, batch.targets[chosen])
                continue
            part_logprobs, part_entropy, probabilities = _read(every, batch.targets[chosen])
            logprobs[chosen] = part_logprobs
            entropy[chosen] = part_entropy
            value, slope = _slope(part_logprobs, part_inputs, loss, config)
            bonus = part_inputs["entropy_weights"]
            total += float((value - bonus * part_entropy).double().sum())
            change = _logit_gradient(every, probabilities, batch.targets[chosen], slope, bonus, part_entropy)
            if config["temperature"] != 1:
                change.div_(config["temperature"])
            torch.autograd.backward(logits, change.to(logits.dtype))
            if piece.grad is not None:
                gradient[places] = piece.grad
        if not np.isfinite(total):
            raise UserMistake(f"Expected a finite loss but found {total}; nothing was accumulated")
        if states.requires_grad:
            torch.autograd.backward(states, gradient)
        after_pass()
        results.put(batch, logprobs, entropy)
    return results.scored, total


def _inputs(data: Sequence[Datum], batch: _Pass) -> dict[str, Tensor]:
    names = set(data[batch.rows[0]].inputs) - {"target_tokens"} | {"entropy_weights"}
    inputs: dict[str, Tensor] = {}
    for name in sorted(names):
        rows = [data[row].inputs.get(name, np.zeros(len(data[row].tokens))) for row in batch.rows]
        inputs[name] = torch.from_numpy(np.concatenate(rows).astype(np.float32)).to(batch.places.device)
    return inputs


def _parts(
    batch: _Pass, inputs: Inputs, weighed: Tensor, vocabulary: int
) -> Iterator[tuple[Tensor, dict[str, Tensor], Tensor, bool]]:
    """Chunks of tokens: those that train, then those that do not."""
    for trains in (True, False):
        indices = (weighed if trains else ~weighed).nonzero().squeeze(-1)
        for chunk in _chunks(len(indices), vocabulary):
            chosen = indices[chunk]
            yield (
                batch.places[chosen],
                {name: value[chosen] for name, value in inputs.items()},
                chosen,
                trains,
            )


def _slope(logprobs: Tensor, inputs: Inputs, loss: Loss, config: Config) -> tuple[Tensor, Tensor]:
    """The loss of each token, and its derivative by the token's log-probability."""
    leaf = logprobs.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        value = loss.per_token(leaf, inputs, config)
        (slope,) = torch.autograd.grad(value.sum(), leaf)
    return value.detach(), slope


def _logit_gradient(
    every: Tensor, probabilities: Tensor, targets: Tensor, slope: Tensor, bonus: Tensor, entropy: Tensor
) -> Tensor:
    """d loss / d (logits / temperature), [N, V].

    d log p(y) / d z = onehot(y) − p, and d H / d z = −p · (log p + H); the loss takes −bonus · H. Both
    tensors of [N, V] are written to.
    """
    if bool((bonus != 0).any()):
        every.add_(entropy.unsqueeze(-1)).mul_(bonus.unsqueeze(-1)).sub_(slope.unsqueeze(-1))
        change = probabilities.mul_(every)
    else:
        change = probabilities.mul_(-slope.unsqueeze(-1))
    return change.scatter_add_(-1, targets.unsqueeze(-1), slope.unsqueeze(-1))
