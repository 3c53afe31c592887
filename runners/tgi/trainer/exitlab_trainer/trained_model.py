"""A model that is trained, drawn from and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from . import model_files
from .adamw import AdamW, check_adam, gradient_norm
from .adapters import Adapter
from .check_data import check_temperature
from .drawing import OnToken, draw_all
from .embedding import embed
from .gradients import Gradients
from .host import Base, Host
from .losses import find_loss
from .scoring import accumulate, score
from .types import Adam, Datum, Draw, Drawn, Scored, UserMistake
from .weight_sets import Weights, WeightSets


class TrainedModel:
    """All parameters of a base model, or an adapter of it, with an optimiser.

    That sequences are fit for the model is checked before they come here (`check_data`).

    What is trained has three sets of weights: those of now, those published (which draws use), and a
    reference. Of an adapter they are its A and B, and a mixed reference mixes these.
    """

    def __init__(self, host: Host, base: Base, adapter: Adapter | None) -> None:
        self.host = host
        self.base = base
        self.adapter = adapter
        self.slots = host.slots if adapter is None else adapter.slots
        self.sets = WeightSets(base.weights if adapter is None else adapter.slots.tensors())
        self.optimizer = AdamW(lambda name: adapter is not None or name in host.decaying)
        self.gradients = Gradients()
        self.version = 0
        """How often it has been published."""
        self.step = 0
        """How many steps the optimiser has taken."""
        self.closed = False
        self.trainable = sum(tensor.numel() for tensor in self.sets.trained.values())
        self.total = host.parameters + (0 if adapter is None else self.trainable)

    @property
    def rank(self) -> int:
        """Of its adapter; 0 if all parameters are trained."""
        return 0 if self.adapter is None else int(self.adapter.config.r)

    def forward(self, data: list[Datum], temperature: float, reference: bool) -> list[Scored]:
        """Scores every target under the trained weights, or under the reference.

        Raises `UserMistake` if the temperature is out of range.
        """
        check_temperature(temperature)
        with self.host.memory():
            self._place(self.sets.reference if reference else self.sets.trained)
            return score(self.host.backbone, data, temperature, self.host.micro_tokens)

    def forward_backward(
        self, data: list[Datum], loss_fn: str, config: dict[str, float]
    ) -> tuple[list[Scored], dict[str, float]]:
        """Adds the gradient of a batch's loss to what has been accumulated, and scores every target.

        Args:
            data: The batch.
            loss_fn: A name of `losses.LOSSES`.
            config: Its settings, and `temperature` (1 when left out).

        Returns:
            The scores, and `loss:sum` and `tokens:sum`.

        Raises:
            UserMistake: If a setting is out of range or the loss is not finite; then nothing is accumulated.
        """
        loss, settings = find_loss(loss_fn, {"temperature": 1.0, **config})
        check_temperature(settings["temperature"])
        self._place(self.sets.trained)
        self.gradients.begin(self.slots)
        self.slots.train(True)
        try:
            with self.host.memory(), self.host.training():
                scored, total = accumulate(
                    self.host.backbone,
                    data,
                    loss,
                    settings,
                    self.host.micro_tokens,
                    lambda: self.gradients.take_low(self.slots),
                )
            self.gradients.commit(self.slots)
        finally:
            self.slots.train(False)
            self.slots.clear()
        return scored, {"loss:sum": total, "tokens:sum": float(sum(len(datum.tokens) for datum in data))}

    def optim_step(self, adam: Adam) -> dict[str, float]:
        """Takes a step with what has been accumulated, and clears it.

        Returns:
            `grad_norm`, the gradient's Euclidean norm before clipping.

        Raises:
            UserMistake: If a setting is out of range, or the gradient is not finite; then it is cleared and
            the
                weights stay as they were.
        """
        check_adam(adam)
        norm = gradient_norm(self.gradients.total)
        if not np.isfinite(norm):
            self.gradients.clear()
            raise UserMistake(
                f"Expected a finite gradient but its norm is {norm}; it was cleared, no step was taken"
            )
        clips = adam.grad_clip_norm > 0 and norm > adam.grad_clip_norm
        scale = adam.grad_clip_norm / norm if clips else 1.0
        with self.host.memory():
            sets, gradients = self.sets, self.gradients.total
            sets.trained = self.optimizer.step(sets.trained, sets.shared, gradients, adam, scale)
        self.step = self.optimizer.step_count
        self.gradients.clear()
        return {"grad_norm": norm}

    def publish(self) -> int:
        """Makes the weights of now those that `draw` uses. Returns the new version."""
        self.sets.publish()
        self.version += 1
        return self.version

    def draw(self, draws: list[Draw], on_token: OnToken | None = None) -> list[Drawn]:
        """Draws under the published weights, in the order asked.

        Raises `UserMistake` if a draw cannot be made.
        """
        with self.host.memory():
            self._place(self.sets.published)
            options = self.host.options
            return draw_all(self.host.backbone, draws, self.host.stop_ids, options.draw_tokens, on_token)

    def embed(self, sequences: list[tuple[list[int], int]]) -> NDArray[np.float32]:
        """Embeds sequences under the trained weights.

        Args:
            sequences: Token ids, and from which of them on hidden states (after the final norm) are averaged.

        Returns:
            One row each, [N, D].
        """
        with self.host.memory():
            self._place(self.sets.trained)
            return embed(self.host.backbone, sequences, self.host.micro_tokens)

    def refresh_reference(self, mix: float) -> None:
        """Moves the reference to the trained weights: θ_ref ← mix · θ + (1 − mix) · θ_ref.

        Raises `UserMistake` if `mix` is not in (0, 1].
        """
        if not 0 < mix <= 1:
            raise UserMistake(f"Expected mix to be in (0, 1] but found {mix}")
        with torch.no_grad():
            self.sets.refresh_reference(mix)

    def save(self, folder: Path) -> None:
        """Writes all that the model's future depends on, but gradients that no step has used."""
        model_files.save(self, folder)

    def load(self, folder: Path, optimizer: bool) -> None:
        """Reads what `save` wrote. All is checked before anything changes.

        Args:
            folder: Of a model of the same base and rank.
            optimizer: Whether to go on with its moments and step count; else the optimiser starts anew.

        Raises:
            UserMistake: If the checkpoint is missing, damaged or of another model.
        """
        model_files.load(self, folder, optimizer)

    def export(self, folder: Path) -> None:
        """Writes the published weights as other tools read them: an adapter of PEFT, or a model of
        transformers.
        """
        model_files.export(self, folder)

    def close(self) -> None:
        """Frees what the model holds; it cannot be used any more."""
        if self.closed:
            return
        self.closed = True
        self.host.place(self.host.base(None).weights, None)
        self.gradients.clear()
        self.optimizer.reset()
        self.sets = WeightSets({})
        if self.adapter is not None:
            self.host.adapters.close(self.adapter)
            self.slots = self.adapter.slots

    def _place(self, weights: Weights) -> None:
        """Makes the host's modules use these weights."""
        if self.closed:
            raise UserMistake("The model has been closed")
        if self.adapter is None:
            self.host.place(weights, None)
            return
        self.host.place(self.base.weights, self.adapter)
        self.adapter.slots.put(weights)
