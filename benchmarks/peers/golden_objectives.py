"""Golden values of the objectives, from the papers' formulas in 60-digit decimals: tests/lib/objective/golden_test.ts.

Each loss is written down as its paper has it and differentiated by central differences, so that the tests compare
hand-derived coefficients with something that was not derived by hand. Where a paper stops the gradient, the formula
takes the log-probabilities "here", which stay put while those of "now" are moved.
Usage: golden_objectives.py writes tests/lib/objective/golden.json
"""

import json
import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 60
STEP = Decimal("1e-18")
MAX_TOKENS = 7

Row = list[Decimal]
Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Completion:
    advantage: Decimal
    now: Row
    then: Row
    sampled: Row
    reference: Row


@dataclass(frozen=True)
class Bounds:
    mode: str
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Objective:
    """One loss: which surrogate, how it is averaged, and the terms beside it."""

    kind: str
    options: dict[str, Json]
    aggregate: str
    low: Decimal
    high: Decimal
    dual: Decimal | None = None
    entropy: Decimal = Decimal("0.01")
    beta: Decimal | None = None
    importance: Bounds | None = None


def clip(x: Decimal, least: Decimal, most: Decimal) -> Decimal:
    return min(max(x, least), most)


def mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def average(terms: Sequence[Row], aggregate: str) -> Decimal:
    """GRPO averages over each completion and then over completions, DAPO over tokens, Dr. GRPO by a constant."""
    if aggregate == "sequence":
        return mean([mean(row) for row in terms])
    if aggregate == "token":
        return mean([term for row in terms for term in row])
    return sum((term for row in terms for term in row), Decimal(0)) / (MAX_TOKENS * len(terms))


def pessimistic(ratio: Decimal, advantage: Decimal, objective: Objective) -> Decimal:
    """PPO's clipped surrogate, with the floor of dual-clip PPO under negative advantages."""
    clipped = clip(ratio, 1 - objective.low, 1 + objective.high)
    value = min(ratio * advantage, clipped * advantage)
    if objective.dual is not None and advantage < 0:
        return max(value, objective.dual * advantage)
    return value


def correction(completion: Completion, t: int, bounds: Bounds | None) -> Decimal:
    """Truncated (TIS) or masked (MIS, IcePop) importance sampling, trainer over sampler."""
    if bounds is None:
        return Decimal(1)
    weight = (completion.then[t] - completion.sampled[t]).exp()
    if bounds.mode == "mask":
        return weight if bounds.least <= weight <= bounds.most else Decimal(0)
    return clip(weight, bounds.least, bounds.most)


def surrogate(completion: Completion, now: Row, objective: Objective) -> Row:
    here, then, advantage = completion.now, completion.then, completion.advantage
    tokens = range(len(now))
    if objective.kind == "cispo":
        least, most = 1 - objective.low, 1 + objective.high
        values = [clip((here[t] - then[t]).exp(), least, most) * advantage * now[t] for t in tokens]
    elif objective.kind == "gspo" and objective.importance is None:
        ratio = mean([now[t] - then[t] for t in tokens]).exp()
        values = [pessimistic(ratio, advantage, objective) for _ in tokens]
    elif objective.kind == "gspo":
        # GSPO-token: the sequence's ratio stands still, and each token answers for itself.
        ratio = mean([here[t] - then[t] for t in tokens]).exp()
        values = [pessimistic(ratio * (now[t] - here[t]).exp(), advantage, objective) for t in tokens]
    else:
        values = [pessimistic((now[t] - then[t]).exp(), advantage, objective) for t in tokens]
    return [correction(completion, t, objective.importance) * values[t] for t in tokens]


def k3(logp: Decimal, reference: Decimal) -> Decimal:
    return (reference - logp).exp() - (reference - logp) - 1


def loss(batch: Sequence[Completion], now: Sequence[Row], entropies: Sequence[Row], objective: Objective) -> Decimal:
    terms = [surrogate(completion, row, objective) for completion, row in zip(batch, now, strict=True)]
    value = -average(terms, objective.aggregate)
    if objective.beta is not None:
        value += objective.beta * average(divergences(batch, now), objective.aggregate)
    trained = [
        row if completion.advantage != 0 else [Decimal(0)] * len(row)
        for completion, row in zip(batch, entropies, strict=True)
    ]
    return value - objective.entropy * average(trained, objective.aggregate)


def divergences(batch: Sequence[Completion], now: Sequence[Row]) -> list[Row]:
    return [
        [k3(a, b) for a, b in zip(row, completion.reference, strict=True)]
        for completion, row in zip(batch, now, strict=True)
    ]


def slope(of: Callable[[list[Row]], Decimal], at: Sequence[Row], i: int, t: int) -> Decimal:
    def moved(by: Decimal) -> Decimal:
        rows = [list(row) for row in at]
        rows[i][t] += by
        return of(rows)

    return (moved(STEP) - moved(-STEP)) / (2 * STEP)


def is_clipped(completion: Completion, t: int, objective: Objective) -> bool:
    if completion.advantage == 0:
        return False
    if objective.kind == "cispo":
        ratio = (completion.now[t] - completion.then[t]).exp()
        return ratio != clip(ratio, 1 - objective.low, 1 + objective.high)
    bare = Objective(objective.kind, {}, objective.aggregate, objective.low, objective.high, objective.dual)
    rise = slope(lambda rows: sum(surrogate(completion, rows[0], bare), Decimal(0)), [completion.now], 0, t)
    return abs(rise) < Decimal("1e-12")


def short(value: Decimal) -> float:
    """Twelve digits: more than single precision holds, and short enough to read."""
    return float(f"{value:.12g}")


def golden(name: str, batch: Sequence[Completion], objective: Objective) -> dict[str, Json]:
    now = [completion.now for completion in batch]
    zeros = [[Decimal(0)] * len(row) for row in now]
    tokens = [(i, t) for i, row in enumerate(now) for t in range(len(row))]
    falls = {(i, t): -slope(lambda rows: loss(batch, rows, zeros, objective), now, i, t) for i, t in tokens}
    entropy = [-slope(lambda rows: loss(batch, now, rows, objective), zeros, i, 0) for i in range(len(batch))]
    apart = [term for row in divergences(batch, now) for term in row]
    return {
        "kind": objective.kind,
        "options": objective.options,
        "batch": name,
        "coefficients": [[short(falls[i, t]) for t in range(len(row))] for i, row in enumerate(now)],
        "entropy": [short(weight) for weight in entropy],
        "clipped": sum(is_clipped(batch[i], t, objective) for i, t in tokens) / len(tokens),
        "kl": 0 if objective.beta is None else short(mean(apart)),
    }


def single(value: float) -> float:
    """The nearest number that single precision holds: log-probabilities arrive as such."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def draw(seed: int, moved: float, behind: float, away: float) -> list[Completion]:
    """Six completions whose log-probabilities moved by so much, in standard deviations, from one to the next."""
    source = random.Random(seed)
    batch = []
    for length, advantage in [(3, 1.25), (1, -0.75), (5, 0.0), (2, -1.5), (6, 0.5), (7, -0.625)]:
        then = [single(-source.expovariate(1)) for _ in range(length)]
        now, sampled, reference = (
            [Decimal(single(value + source.gauss(0, spread))) for value in then] for spread in (moved, behind, away)
        )
        batch.append(Completion(Decimal(advantage), now, [Decimal(value) for value in then], sampled, reference))
    return batch


def objectives() -> list[Objective]:
    d = Decimal
    kl: Json = {"coefficient": 0.04}
    beta = d("0.04")
    truncate: Json = {"mode": "truncate", "least": 0.5, "most": 1.5}
    truncated = Bounds("truncate", d("0.5"), d("1.5"))
    mask: Json = {"mode": "mask", "least": 0.5, "most": 2}
    masked = Bounds("mask", d("0.5"), d(2))
    usual = (d("0.2"), d("0.2"))
    return [
        Objective("grpo", {}, "sequence", *usual),
        Objective("grpo", {"clip": {"low": 0.1, "high": 0.5}}, "sequence", d("0.1"), d("0.5")),
        Objective("grpo", {"aggregate": "token"}, "token", *usual),
        Objective("grpo", {"aggregate": "constant"}, "constant", *usual),
        Objective("grpo", {"dualClip": 1.5}, "sequence", *usual, dual=d("1.5")),
        Objective("grpo", {"kl": kl, "entropy": 0.05}, "sequence", *usual, entropy=d("0.05"), beta=beta),
        Objective("grpo", {"importance": {}}, "sequence", *usual, importance=Bounds("truncate", d(0), d(2))),
        Objective("grpo", {"importance": mask}, "sequence", *usual, importance=masked),
        Objective("dr-grpo", {}, "constant", *usual),
        Objective(
            "dr-grpo",
            {"clip": 0.3, "dualClip": 3, "kl": kl, "importance": truncate},
            "constant",
            d("0.3"),
            d("0.3"),
            dual=d(3),
            beta=beta,
            importance=truncated,
        ),
        Objective("dapo", {}, "token", d("0.2"), d("0.28")),
        Objective(
            "dapo",
            {"dualClip": 2, "entropy": 0, "kl": kl, "importance": mask},
            "token",
            d("0.2"),
            d("0.28"),
            dual=d(2),
            entropy=d(0),
            beta=beta,
            importance=masked,
        ),
        Objective("gspo", {}, "sequence", d("0.0003"), d("0.0004")),
        Objective("gspo", {"clip": 0.3}, "sequence", d("0.3"), d("0.3")),
        Objective(
            "gspo",
            {"clip": 0.3, "kl": kl, "importance": truncate},
            "sequence",
            d("0.3"),
            d("0.3"),
            beta=beta,
            importance=truncated,
        ),
        Objective("cispo", {}, "token", d(1), d(4)),
        Objective("cispo", {"clip": {"low": 0.2, "high": 0.3}}, "token", d("0.2"), d("0.3")),
        Objective("cispo", {"kl": kl, "importance": mask}, "token", d(1), d(4), beta=beta, importance=masked),
    ]


def advantages(rewards: Sequence[Decimal], normalize: str) -> list[float]:
    centred = [reward - mean(rewards) for reward in rewards]
    if normalize == "none":
        return [short(each) for each in centred]
    deviation = (sum((each * each for each in centred), Decimal(0)) / (len(rewards) - 1)).sqrt()
    return [short(each / (deviation + Decimal("0.0001"))) for each in centred]


def punishment(length: int, most: int, cache: int) -> Decimal:
    """DAPO, Eq. 13."""
    if length <= most - cache:
        return Decimal(0)
    return (Decimal(most - cache) - length) / cache if length <= most else Decimal(-1)


def main() -> None:
    # Far apart, so that every bound is passed somewhere; and so near that GSPO's narrow clip cuts some and not others.
    batches = {"far": draw(14, 1.1, 0.8, 0.7), "near": draw(2, 5e-4, 0.3, 0.01)}
    rewards: list[list[float]] = [[1, 0, 0, 1, 0, 0, 0, 0], [0.1, 0.25, 0.9], [-1, 0.5, 0.5, 0.5]]
    document: dict[str, Json] = {
        "maxTokens": MAX_TOKENS,
        "batches": {
            name: [
                {
                    "advantage": float(each.advantage),
                    "now": list(map(float, each.now)),
                    "then": list(map(float, each.then)),
                    "sampled": list(map(float, each.sampled)),
                    "reference": list(map(float, each.reference)),
                }
                for each in batch
            ]
            for name, batch in batches.items()
        },
        "weights": [
            golden(name, batch, objective)
            for name, batch in batches.items()
            for objective in objectives()
            if name == "far" or objective.kind == "gspo"
        ],
        "advantages": [
            {
                "normalize": normalize,
                "rewards": group,
                "advantages": advantages(list(map(Decimal, group)), normalize),
            }
            for normalize in ["std", "none"]
            for group in rewards
        ],
        "overlong": [
            {
                "length": length,
                "buffer": buffer,
                "shaped": short(1 + Decimal("0.5") * punishment(length, 12, buffer)),
            }
            for buffer in [1, 4, 12]
            for length in [1, 7, 8, 9, 11, 12]
        ],
    }
    target = Path(__file__).parents[2] / "tests/lib/objective/golden.json"
    target.write_text(json.dumps(document, indent=2) + "\n")


main()
