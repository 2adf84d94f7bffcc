"""A llama-architecture transformer in PyTorch, laid out as GGUF stores it: RoPE turns neighbouring pairs."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass(frozen=True)
class Config:
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int
    context: int
    epsilon: float = 1e-5
    rope_base: float = 10_000.0

    @property
    def head_size(self):
        return self.hidden // self.heads


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rope_table(positions, head_size, base):
    """Cosines and sines, each (1, positions, 1, head_size / 2)."""
    frequency = base ** (-torch.arange(0, head_size, 2, dtype=torch.float64) / head_size)
    angle = positions.double()[:, None] * frequency
    return torch.cos(angle).float()[None, :, None], torch.sin(angle).float()[None, :, None]


def rotate(x, cos, sin):
    """x is (batch, positions, heads, head_size)."""
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Attention(nn.Module):
    """Grouped-query attention; `inputs` wide, as an EAGLE head's layer reads two vectors at once."""

    def __init__(self, config, inputs):
        super().__init__()
        self.heads, self.kv_heads, self.head_size = config.heads, config.kv_heads, config.head_size
        rows = (config.heads + 2 * config.kv_heads) * config.head_size
        self.qkv = nn.Parameter(torch.empty(rows, inputs))
        self.output = nn.Parameter(torch.empty(config.hidden, config.heads * config.head_size))

    def split(self):
        """Rows of q, k and v in `qkv`."""
        return [self.heads * self.head_size, self.kv_heads * self.head_size, self.kv_heads * self.head_size]

    def project(self, x, rope):
        """Queries, keys and values, rotated, each (batch, heads, positions, head_size)."""
        q, k, v = (t.unflatten(-1, (-1, self.head_size)) for t in F.linear(x, self.qkv).split(self.split(), -1))
        return rotate(q, *rope).transpose(1, 2), rotate(k, *rope).transpose(1, 2), v.transpose(1, 2)

    def widen(self, x):
        return x.repeat_interleave(self.heads // self.kv_heads, 1)

    def forward(self, x, rope):
        q, k, v = self.project(x, rope)
        mixed = F.scaled_dot_product_attention(q, self.widen(k), self.widen(v), is_causal=True)
        return F.linear(mixed.transpose(1, 2).flatten(-2), self.output)


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_up = nn.Parameter(torch.empty(2 * config.feed_forward, config.hidden))
        self.down = nn.Parameter(torch.empty(config.hidden, config.feed_forward))

    def forward(self, x):
        gate, up = F.linear(x, self.gate_up).chunk(2, -1)
        return F.linear(F.silu(gate) * up, self.down)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.epsilon = config.epsilon
        self.attention_norm = nn.Parameter(torch.ones(config.hidden))
        self.attention = Attention(config, config.hidden)
        self.feed_forward_norm = nn.Parameter(torch.ones(config.hidden))
        self.feed_forward = FeedForward(config)

    def forward(self, x, rope):
        x = x + self.attention(rms_norm(x, self.attention_norm, self.epsilon), rope)
        return x + self.feed_forward(rms_norm(x, self.feed_forward_norm, self.epsilon))


class Llama(nn.Module):
    """Embedding and output head share their weights."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(config.vocabulary, config.hidden))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.Parameter(torch.ones(config.hidden))

    @torch.no_grad()
    def initialise(self, seed):
        generator = torch.Generator().manual_seed(seed)
        self.embedding.normal_(0, 0.02, generator=generator)
        for layer in self.layers:
            for matrix in (layer.attention.qkv, layer.feed_forward.gate_up):
                matrix.normal_(0, matrix.shape[1] ** -0.5, generator=generator)
            for matrix in (layer.attention.output, layer.feed_forward.down):
                matrix.normal_(0, (2 * self.config.layers * matrix.shape[1]) ** -0.5, generator=generator)
        return self

    def rope(self, length):
        return rope_table(torch.arange(length), self.config.head_size, self.config.rope_base)

    def forward(self, tokens, rope):
        """Logits (batch, positions, vocabulary) of tokens (batch, positions)."""
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = layer(x, rope)
        return self.logits(x)

    def logits(self, x):
        return F.linear(rms_norm(x, self.norm, self.config.epsilon), self.embedding)

    def features(self, tokens, rope, wanted):
        """Inputs of the wanted layers, concatenated, and the last hidden state before the output norm."""
        x, kept = F.embedding(tokens, self.embedding), {}
        for index, layer in enumerate(self.layers):
            kept[index] = x
            x = layer(x, rope)
        kept[len(self.layers)] = x
        return torch.cat([kept[k] for k in wanted], -1), x

    def matrices(self):
        """The matrices that Muon steps, as views of their own: (parameter, rows)."""
        for layer in self.layers:
            yield layer.attention.qkv, layer.attention.split()
            yield layer.attention.output, None
            yield layer.feed_forward.gate_up, [layer.feed_forward.gate_up.shape[0] // 2] * 2
            yield layer.feed_forward.down, None
