"""The embedded engine's model in PyTorch on the CPU, to compare speeds: see benchmarks/engine.ts.

Reads one request a line, "train BATCH LENGTH REPEATS" or "sample BATCH LENGTH REPEATS", and answers with the seconds of
each repeat as JSON. Usage: torch_engine.py THREADS
"""

import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

WIDTH, LAYERS, HEADS, CONTEXT, VOCABULARY = 128, 4, 4, 64, 104
HEAD_SIZE = WIDTH // HEADS


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.Parameter(torch.ones(WIDTH))
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.project = nn.Linear(WIDTH, WIDTH, bias=False)
        self.feed_norm = nn.Parameter(torch.ones(WIDTH))
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x, cache=None, at=0):
        batch, length, _ = x.shape
        qkv = self.qkv(F.rms_norm(x, (WIDTH,), self.attention_norm, 1e-5))
        q, k, v = qkv.view(batch, length, 3, HEADS, HEAD_SIZE).permute(2, 0, 3, 1, 4)
        if cache is None:
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            cache[0][:, :, at : at + length] = k
            cache[1][:, :, at : at + length] = v
            keys, values = cache[0][:, :, : at + length], cache[1][:, :, : at + length]
            attended = F.scaled_dot_product_attention(q, keys, values)
        x = x + self.project(attended.transpose(1, 2).reshape(batch, length, WIDTH))
        hidden = self.up(F.rms_norm(x, (WIDTH,), self.feed_norm, 1e-5))
        return x + self.down(F.gelu(hidden, approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.Parameter(torch.ones(WIDTH))
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, tokens, caches=None, at=0):
        x = self.tokens(tokens) + self.positions(torch.arange(at, at + tokens.shape[1]))
        for layer, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[layer], at)
        return self.head(F.rms_norm(x, (WIDTH,), self.norm, 1e-5))


def train(model, optimiser, batch, length):
    tokens = torch.randint(VOCABULARY, (batch, length))
    weights = torch.randn(batch, length - 1)
    started = time.perf_counter()
    logits = model(tokens)[:, :-1]
    losses = F.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1), reduction="none")
    loss = (weights.view(-1) * losses).sum()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    assert math.isfinite(loss.item())
    return time.perf_counter() - started


@torch.inference_mode()
def sample(model, batch, length):
    tokens = torch.randint(VOCABULARY, (batch, 1))
    started = time.perf_counter()
    shape = (2, batch, HEADS, length, HEAD_SIZE)
    caches = [torch.empty(shape) for _ in range(LAYERS)]
    drawn, chosen = [], []
    for at in range(length - 1):
        logprobs = F.log_softmax(model(tokens, caches, at)[:, -1], dim=-1)
        tokens = torch.multinomial(logprobs.exp(), 1)
        drawn.append(tokens)
        chosen.append(logprobs.gather(1, tokens))
    torch.cat(drawn, 1).tolist(), torch.cat(chosen, 1).tolist()
    return time.perf_counter() - started


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    model = Transformer()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        what, batch, length, repeats = line.split()
        batch, length = int(batch), int(length)
        run = (lambda: train(model, optimiser, batch, length)) if what == "train" else (
            lambda: sample(model, batch, length)
        )
        print(json.dumps([run() for _ in range(int(repeats))]), flush=True)


main()
