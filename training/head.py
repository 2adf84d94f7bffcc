"""An EAGLE-3 head (Li et al., 2025) in PyTorch, and its GGUF form."""

import dataclasses

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gguf_files import Metadata, add_tensor, copy_tokenizer, finish, layer_tensors, load_layer, write_config
from llama import Attention, Config, FeedForward, rms_norm, rope_table


class Head(nn.Module):
    """One decoder layer on pairs (embedding of token P+1, fused features of token P); draft ids are rows of `d2t`."""

    def __init__(self, config, target_layers, d2t):
        super().__init__()
        self.config, self.target_layers = config, list(target_layers)
        self.register_buffer("d2t", d2t)
        hidden = config.hidden
        self.fc = nn.Parameter(torch.empty(hidden, len(target_layers) * hidden))
        self.embedding_norm = nn.Parameter(torch.ones(hidden))
        self.features_norm = nn.Parameter(torch.ones(hidden))
        self.attention = Attention(config, 2 * hidden)
        self.feed_forward_norm = nn.Parameter(torch.ones(hidden))
        self.feed_forward = FeedForward(config)
        self.norm = nn.Parameter(torch.ones(hidden))
        self.output = nn.Parameter(torch.empty(len(d2t), hidden))

    @torch.no_grad()
    def initialise(self, target, seed):
        """From the target's last layer: features pass unchanged, logits are the target's own for its draft tokens."""
        generator = torch.Generator().manual_seed(seed)
        hidden, last = self.config.hidden, target.layers[-1]
        self.fc.normal_(0, 0.1 * self.fc.shape[1] ** -0.5, generator=generator)
        self.fc[:, -hidden:] += torch.eye(hidden)
        self.attention.qkv.normal_(0, hidden**-0.5, generator=generator)
        q, k, v = last.attention.qkv.split(last.attention.split())
        more = self.config.kv_heads // target.config.kv_heads
        wide = [m.unflatten(0, (-1, self.config.head_size)).repeat_interleave(more, 0).flatten(0, 1) for m in (k, v)]
        self.attention.qkv[:, hidden:] = torch.cat([q, *wide])
        self.attention.output.copy_(last.attention.output)
        self.embedding_norm.copy_(torch.full((hidden,), 1.0))
        self.features_norm.copy_(last.attention_norm)
        self.feed_forward_norm.copy_(last.feed_forward_norm)
        gate, up = last.feed_forward.gate_up.chunk(2)
        down = last.feed_forward.down
        weight = gate.norm(dim=1) * up.norm(dim=1) * down.norm(dim=0)
        rows = weight.topk(self.config.feed_forward).indices.sort().values  # those that say most
        self.feed_forward.gate_up.copy_(torch.cat([gate[rows], up[rows]]))
        self.feed_forward.down.copy_(down[:, rows])
        self.norm.copy_(target.norm)
        self.output.copy_(target.embedding[self.d2t])
        return self

    def fuse(self, features):
        return F.linear(features, self.fc)

    def step(self, fused, embedded, past, depth):
        """One step of the training-time rollout.

        `fused` and `embedded` are (batch, starts, hidden): the step `depth` tokens after each start. A start sees, by
        causal attention, the pairs made of true features up to itself (past[0]) and then its own earlier steps.
        Appends keys and values to `past`. Returns the next fused states.
        """
        config, attention = self.config, self.attention
        normed = torch.cat(
            [
                rms_norm(embedded, self.embedding_norm, config.epsilon),
                rms_norm(fused, self.features_norm, config.epsilon),
            ],
            -1,
        )
        starts = torch.arange(fused.shape[1]) + depth
        q, k, v = attention.project(normed, rope_table(starts, config.head_size, config.rope_base))
        past.append((attention.widen(k), attention.widen(v)))
        scale = config.head_size**-0.5
        scores = q @ past[0][0].mT * scale
        causal = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        own = [(q * k).sum(-1, keepdim=True) * scale for k, _ in past[1:]]
        weights = torch.cat([scores.masked_fill(~causal, -torch.inf), *own], -1).softmax(-1)
        mixed = weights[..., : scores.shape[-1]] @ past[0][1]
        for index, (_, v) in enumerate(past[1:]):
            mixed = mixed + weights[..., scores.shape[-1] + index, None] * v
        x = fused + F.linear(mixed.transpose(1, 2).flatten(-2), attention.output)
        return x + self.feed_forward(rms_norm(x, self.feed_forward_norm, config.epsilon))

    def logits(self, x):
        return F.linear(rms_norm(x, self.norm, self.config.epsilon), self.output)

    def matrices(self):
        yield self.fc, None
        yield self.attention.qkv, self.attention.split()
        yield self.attention.output, None
        yield self.feed_forward.gate_up, [self.feed_forward.gate_up.shape[0] // 2] * 2
        yield self.feed_forward.down, None


NAMES = {
    "fc": "fc.weight",
    "embedding_norm": "blk.0.attn_norm.weight",
    "features_norm": "blk.0.attn_norm_2.weight",
    "norm": "output_norm.weight",
    "output": "output.weight",
}


def write_head(path, head, target, name, description):
    """`target` is the target's Metadata: its tokenizer is copied."""
    writer = gguf.GGUFWriter(path, "eagle3")
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license("apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    write_config(writer, head.config, 1)
    writer.add_array("eagle3.target_layers", head.target_layers)
    writer.add_uint32("eagle3.target_hidden_size", head.config.hidden)
    writer.add_uint32("eagle3.target_block_count", target.get("llama.block_count"))
    writer.add_bool("eagle3.norm_before_residual", False)
    writer.add_bool("eagle3.norm_before_fc", False)
    copy_tokenizer(writer, target)
    for mine, theirs in NAMES.items():
        add_tensor(writer, theirs, getattr(head, mine))
    for theirs, tensor in layer_tensors(head, 0, skip=("attention_norm",)):
        add_tensor(writer, theirs, tensor)
    writer.add_tensor("d2t", head.d2t.numpy().astype(np.int64))
    finish(writer)


def read_head(path):
    data = Metadata(path)
    tensors = dict(data.tensors())
    key = lambda k: data.get(f"eagle3.{k}")  # noqa: E731
    config = Config(
        layers=1,
        hidden=key("embedding_length"),
        heads=key("attention.head_count"),
        kv_heads=key("attention.head_count_kv"),
        feed_forward=key("feed_forward_length"),
        vocabulary=key("vocab_size"),
        context=key("context_length"),
        epsilon=key("attention.layer_norm_rms_epsilon"),
        rope_base=key("rope.freq_base"),
    )
    head = Head(config, key("target_layers"), torch.from_numpy(tensors["d2t"].reshape(-1)))
    with torch.no_grad():
        for mine, theirs in NAMES.items():
            getattr(head, mine).copy_(torch.from_numpy(tensors[theirs]))
        load_layer(head, 0, tensors, skip=("attention_norm",))
    return head


def head_config(target, feed_forward, kv_heads=None):
    return dataclasses.replace(target, layers=1, feed_forward=feed_forward or target.feed_forward, kv_heads=kv_heads or target.kv_heads)
