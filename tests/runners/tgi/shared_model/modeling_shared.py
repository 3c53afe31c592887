"""The embedded engine's transformer for transformers: RMS norms, learned positions, GELU, no biases.

Tensors have the embedded engine's names and shapes, but matrices are [outputs, inputs], as torch has them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import GenerationMixin, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast


class SharedConfig(PreTrainedConfig):  # type: ignore[misc]
    """The sizes of the model."""

    model_type = "exitlab-shared"
    vocab_size: int = 104
    hidden_size: int = 32
    num_hidden_layers: int = 2
    num_attention_heads: int = 2
    max_position_embeddings: int = 24
    tie_word_embeddings: bool = False


class Block(nn.Module):
    """Attention, then the feed-forward part, each behind a norm and added to what came in."""

    def __init__(self, config: SharedConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.attentionNorm = nn.RMSNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width, bias=False)
        self.feedNorm = nn.RMSNorm(width, eps=1e-5)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The residual stream after the block, [B, T, D]."""
        rows, length, width = x.shape
        parts = self.qkv(self.attentionNorm(x)).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.project(attended.transpose(1, 2).reshape(rows, length, width))
        hidden: Tensor = self.down(F.gelu(self.up(self.feedNorm(x)), approximate="tanh"))
        return x + hidden


class SharedPreTrained(PreTrainedModel):  # type: ignore[misc]
    """What transformers wants to know of both classes."""

    config_class = SharedConfig
    base_model_prefix = "model"


class SharedModel(SharedPreTrained):
    """Token ids to hidden states."""

    def __init__(self, config: SharedConfig) -> None:
        super().__init__(config)
        self.tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.positions = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.RMSNorm(config.hidden_size, eps=1e-5)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        """The token embeddings."""
        return self.tokens

    def forward(self, input_ids: Tensor, **_: object) -> BaseModelOutputWithPast:
        """Hidden states after the last norm, [B, T, D], of rows padded on the right if at all."""
        x = self.tokens(input_ids) + self.positions(torch.arange(input_ids.shape[1], device=input_ids.device))
        for block in self.blocks:
            x = block(x)
        return BaseModelOutputWithPast(last_hidden_state=self.norm(x))


class SharedForCausalLM(SharedPreTrained, GenerationMixin):  # type: ignore[misc]
    """With logits on top, by a matrix of their own. It is scored and trained, not drawn from."""

    def __init__(self, config: SharedConfig) -> None:
        super().__init__(config)
        self.model = SharedModel(config)
        self.head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_output_embeddings(self) -> nn.Module:
        """The matrix of the logits."""
        return self.head

    def forward(self, input_ids: Tensor, use_cache: bool = False, **_: object) -> CausalLMOutputWithPast:
        """Logits, [B, T, V]."""
        if use_cache:
            raise NotImplementedError("This model keeps no keys and values")
        return CausalLMOutputWithPast(logits=self.head(self.model(input_ids).last_hidden_state))
