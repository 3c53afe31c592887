"""A self-hosted trainer: one service that draws from a causal language model and trains it."""

__version__ = "0.1.0"
