"""Lets a model answer prompts and keeps its hidden states: what its EAGLE head learns from.

Prompts are those of prompts.py in SmolLM2's chat form, with code of the training libraries, or about earlier answers
(--about); or the beginnings of pieces of Java of the training or of the held-out libraries.

The target is computed in float32 from the dequantised GGUF file. Half of the answers are greedy, half sampled at
temperature 1. Each batch goes to a file of its own under build/answers-NAME, so a stopped run goes on.
"""

import argparse
import json
import pathlib
import random

import numpy as np
import torch
import torch.nn.functional as F

from fetch import HERE, jar_name, manifest
from gguf_files import Metadata, read_llama
from llama import rms_norm, rope_table
from prepare import texts
from prompts import about, prompts

TEMPERATURE = 1.0
ROOM = 64  # of the longest sequence, for the answer


def chat(text):
    system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"


def training_files(build, each=400_000):
    rng = random.Random(1)
    return [t for x in manifest(HERE / "sources.tsv") if x["split"] == "train" for t in texts(build / "jars" / jar_name(x), each, rng)]


def earlier_answers(folder, tokenizer, end):
    """Texts of recorded answers, without the end token."""
    for path in sorted(folder.glob("[0-9]*.npz")):
        with np.load(path) as data:
            stops = np.cumsum(data["lengths"])
            for stop, length, prompt in zip(stops, data["lengths"], data["prompts"], strict=True):
                ids = data["tokens"][stop - length + prompt : stop].tolist()
                yield tokenizer.decode([t for t in ids if t != end])


def java(build, part, tokenizer, seed, count=20_000):
    """Token ids of pieces of files, a third from the file's beginning, each with the end token ahead."""
    rng = random.Random(seed)
    if part == "held-out":
        texts = [t for p in sorted((build / "held-out").glob("*.json")) for t in json.loads(p.read_text())]
        files = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    else:
        tokens = np.load(build / "train.npy", mmap_mode="r")
        starts = [rng.randrange(len(tokens) - 4000) for _ in range(count)]
        files = [[int(t) for t in tokens[s : s + 3000] if t] for s in starts]
    kept = []
    for _ in range(count):
        ids = rng.choice(files)
        start = 0 if rng.random() < 1 / 3 else rng.randrange(max(1, len(ids) - 200))
        kept.append([0, *ids[start : start + rng.randint(24, 160)]])
    return kept


class Generator:
    """Continues a batch of prompts, padded on the left, and keeps the states of the wanted layers."""

    def __init__(self, model, wanted, rows, longest):
        config = model.config
        self.model, self.wanted, self.longest = model, wanted, longest
        shape = (config.layers, 2, rows, config.kv_heads, longest, config.head_size)
        self.cache, self.used = torch.zeros(shape), 0
        self.table = rope_table(torch.arange(longest), config.head_size, config.rope_base)

    def forward(self, tokens, positions, padding):
        """Features of tokens (rows, count) and the last hidden states; padding counts empty places per row."""
        model, count = self.model, tokens.shape[1]
        rope = [t[0][positions] for t in self.table]
        end = self.used + count
        place = torch.arange(end)
        seen = place[None, None, :] >= padding[:, None, None]
        seen = seen & (place[None, None, :] <= (self.used + torch.arange(count))[None, :, None])
        seen = (seen | (place[None, None, :] == (self.used + torch.arange(count))[None, :, None]))[:, None]
        x, kept = F.embedding(tokens, model.embedding), {}
        for index, layer in enumerate(model.layers):
            kept[index] = x
            attention = layer.attention
            q, k, v = attention.project(rms_norm(x, layer.attention_norm, layer.epsilon), rope)
            keys, values = self.cache[index, :, :, :, :end]
            keys[:, :, self.used :], values[:, :, self.used :] = k, v
            mixed = F.scaled_dot_product_attention(q, attention.widen(keys), attention.widen(values), attn_mask=seen)
            x = x + F.linear(mixed.transpose(1, 2).flatten(-2), attention.output)
            x = x + layer.feed_forward(rms_norm(x, layer.feed_forward_norm, layer.epsilon))
        kept[len(model.layers)] = x
        self.used = end
        return torch.cat([kept[k] for k in self.wanted], -1).half(), x[:, -1]

    def run(self, ids, end, temperature, generator):
        """Token ids and features per row."""
        rows, width = len(ids), max(map(len, ids))
        padding = torch.tensor([width - len(x) for x in ids])
        tokens = torch.tensor([[end] * (width - len(x)) + x for x in ids])
        positions = (torch.arange(width)[None] - padding[:, None]).clamp_min(0)
        self.used, alive = 0, torch.ones(rows, dtype=torch.bool)
        features, said = [], [tokens]
        while True:
            states, last = self.forward(tokens, positions, padding)
            features.append(states)
            logits = self.model.logits(last)
            noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator).clamp(1e-9, 1 - 1e-7)))
            chosen = (logits / temperature.clamp_min(0.1)[:, None] + noise * (temperature > 0)[:, None]).argmax(-1)
            chosen[~alive] = end
            alive &= chosen != end
            tokens, positions = chosen[:, None], positions[:, -1:] + 1
            said.append(tokens)
            if not alive.any() or self.used >= self.longest - 1:
                break
        said, features = torch.cat(said, 1), torch.cat(features, 1)
        for row in range(rows):
            start = int(padding[row])
            answer = said[row, width:]
            stop = (answer == end).nonzero()
            last = width + (int(stop[0]) if len(stop) else len(answer) - 1) + 1
            last = min(last, features.shape[1])
            yield said[row, start:last].numpy(), features[row, start:last].numpy(), len(ids[row])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--name", default="smollm2-135m")
    parser.add_argument("--prompts", choices=["chat", "train", "held-out"], default="chat")
    parser.add_argument("--layers", type=int, nargs=3, default=[2, 15, 30], help="inputs of these layers are kept")
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--longest", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, default=10_000, help="stop after so many files")
    parser.add_argument("--about", type=pathlib.Path, help="a folder of answers: prompts are about these texts")
    parser.add_argument("--only-prompts", type=pathlib.Path, help="write the prompts' token ids, for RecordAnswers.java")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    folder = args.build / f"answers-{args.name}"
    folder.mkdir(parents=True, exist_ok=True)
    data = Metadata(args.model)
    tokenizer, model = data.tokenizer(), read_llama(args.model)
    end = data.get("tokenizer.ggml.eos_token_id")
    if args.prompts == "chat":
        if args.about:
            said = list(earlier_answers(args.about, tokenizer, end))
            random.Random(args.seed).shuffle(said)
            asked = about(random.Random(args.seed), said)
        else:
            asked = prompts(args.seed, training_files(args.build))
        asked = [e.ids for e in tokenizer.encode_batch([chat(p) for p in asked], add_special_tokens=False)]
        asked = [ids for ids in asked if len(ids) <= args.longest - ROOM]
    else:
        asked = java(args.build, args.prompts, tokenizer, args.seed)
    if args.only_prompts:
        args.only_prompts.write_text("".join(" ".join(map(str, ids)) + "\n" for ids in asked))
        return
    total = 0
    with torch.no_grad():
        for batch in range(min(args.batches, len(asked) // args.rows)):
            path = folder / f"{batch:04}.npz"
            if path.exists():
                continue
            ids = asked[batch * args.rows : (batch + 1) * args.rows]
            temperature = torch.tensor([0.0, TEMPERATURE]).repeat(len(ids) // 2 + 1)[: len(ids)]
            generator = torch.Generator().manual_seed(args.seed * 100_000 + batch)
            rows = list(Generator(model, args.layers, len(ids), args.longest).run(ids, end, temperature, generator))
            tokens = np.concatenate([r[0] for r in rows]).astype(np.int32)
            np.savez(
                path.with_suffix(".tmp.npz"),
                layers=args.layers,
                lengths=[len(r[0]) for r in rows],
                prompts=[r[2] for r in rows],
                tokens=tokens,
                features=np.concatenate([r[1] for r in rows]),
            )
            path.with_suffix(".tmp.npz").rename(path)
            total += len(tokens)
            text = tokenizer.decode(rows[0][0][rows[0][2] :].tolist())
            print(f"batch {batch}: {len(tokens)} tokens, {total} together; {text[:160]!r}", flush=True)


if __name__ == "__main__":
    main()
