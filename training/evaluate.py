"""Bits per byte of a GGUF model on the held-out libraries, file by file, beside xz -9 of the same files.

Each file is coded from its beginning, its end included, in windows of the model's context that overlap by a quarter, so
that every token but a file's first ones sees at least that much. Weights are the file's, activations float32.
"""

import argparse
import json
import lzma
import math
import pathlib

import torch
import torch.nn.functional as F

from fetch import HERE
from gguf_files import Metadata, read_llama


def windows(ids, length):
    """Pieces (tokens, how many of its last targets are counted) that count each token after the first once."""
    start, done = 0, 1
    while done < len(ids):
        piece = ids[start : start + length + 1]
        yield piece, start + len(piece) - done
        done = start + len(piece)
        start += length * 3 // 4


@torch.no_grad()
def nats(model, pieces, tokens_a_batch=8192):
    """Summed loss of the counted targets of the pieces."""
    pieces, total = sorted(pieces, key=lambda p: len(p[0])), 0.0
    while pieces:
        width = len(pieces[-1][0]) - 1
        count = max(1, tokens_a_batch // width)
        batch, pieces = pieces[-count:], pieces[:-count]
        tokens = torch.zeros(len(batch), width + 1, dtype=torch.long)
        counted = torch.zeros(len(batch), width, dtype=torch.bool)
        for row, (piece, last) in enumerate(batch):
            tokens[row, : len(piece)] = torch.tensor(piece)
            counted[row, len(piece) - 1 - last : len(piece) - 1] = True
        logits = model(tokens[:, :-1], model.rope(width))
        total += F.cross_entropy(logits[counted], tokens[:, 1:][counted], reduction="sum").item()
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--every", type=int, default=1, help="take every n-th file of each library")
    parser.add_argument("--context", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, data = read_llama(args.model), Metadata(args.model)
    tokenizer = data.tokenizer()
    end = data.get("tokenizer.ggml.eos_token_id")
    start = data.get("tokenizer.ggml.bos_token_id", end)
    context = min(args.context, model.config.context)
    rows = []
    for path in sorted((args.build / "held-out").glob("*.json")):
        files = json.loads(path.read_text(encoding="utf-8"))[:: args.every]
        ids = [[start, *e.ids, end] for e in tokenizer.encode_batch(files, add_special_tokens=False)]
        loss = nats(model, [w for x in ids for w in windows(x, context)])
        raw = [text.encode() for text in files]
        size = sum(map(len, raw))
        xz = sum(len(lzma.compress(r, preset=9)) for r in raw)
        rows.append((path.stem, len(files), size, sum(map(len, ids)), loss / math.log(2), xz * 8))
        print_row(*rows[-1])
    print_row("together", *(sum(r[i] for r in rows) for i in range(1, 6)))


def print_row(name, files, size, tokens, bits, xz_bits):
    print(f"{name:16} {files:4} files {size:8} bytes {size / tokens:.2f} bytes/token  {bits / size:.3f} bits/byte  "
          f"xz -9 {xz_bits / size:.3f}  {1 - bits / xz_bits:.1%} below", flush=True)


if __name__ == "__main__":
    main()
