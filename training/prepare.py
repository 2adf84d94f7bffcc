"""Turns the fetched jars into text, a tokenizer and token arrays.

Writes under build/: tokenizer.json (byte-level BPE, cut into words as Qwen2 does), train.npy (uint16), and
held-out/LIBRARY.json (texts) with xz.json, what `xz -9` makes of the held-out files one by one.
A leading comment block, which holds a licence text in most files, is cut off; no file is split between the parts.
"""

import argparse
import collections
import json
import lzma
import pathlib
import random
import re
import zipfile

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from fetch import HERE, jar_name, manifest
from gguf_files import words

END = "<|endoftext|>"


def clean(text):
    text = text.replace("\r", "").removeprefix("\ufeff")
    return re.sub(r"\A\s*/\*.*?\*/\s*|\A(\s*//[^\n]*\n)+\s*", "", text, count=1, flags=re.S)


def texts(jar, limit, rng):
    """Java files of a jar in random order, until they are `limit` bytes together."""
    with zipfile.ZipFile(jar) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".java"))
        rng.shuffle(names)
        size, kept = 0, []
        for name in names:
            text = clean(archive.read(name).decode("utf-8", errors="ignore"))
            length = len(text.encode())
            if 300 <= length <= 150_000 and size < limit:
                size += length
                kept.append(text)
    return kept


def train_tokenizer(sample, vocabulary):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = words("qwen2")
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sample, trainer)
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--library-bytes", type=int, default=4_000_000, help="most bytes of one library for training")
    parser.add_argument("--held-out-bytes", type=int, default=200_000, help="most bytes of one held-out library")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)

    train, held_out = [], {}
    for library in manifest(HERE / "sources.tsv"):
        jar = args.build / "jars" / jar_name(library)
        if library["split"] == "train":
            train += texts(jar, args.library_bytes, rng)
        else:
            held_out[library["artifact"]] = texts(jar, args.held_out_bytes, rng)
    train = list(dict.fromkeys(train))
    rng.shuffle(train)

    tokenizer = train_tokenizer(train[:4000], args.vocabulary)
    tokenizer.save(str(args.build / "tokenizer.json"))
    end = tokenizer.token_to_id(END)
    parts = []
    for start in range(0, len(train), 512):
        for encoding in tokenizer.encode_batch(train[start : start + 512]):
            parts.append(np.array([end, *encoding.ids], np.uint16))
    tokens = np.concatenate(parts)
    np.save(args.build / "train.npy", tokens)

    (args.build / "held-out").mkdir(exist_ok=True)
    xz = collections.OrderedDict()
    for name, files in held_out.items():
        (args.build / "held-out" / f"{name}.json").write_text(json.dumps(files), encoding="utf-8")
        raw = [text.encode() for text in files]
        xz[name] = {
            "files": len(files),
            "bytes": sum(map(len, raw)),
            "xz_bytes": sum(len(lzma.compress(data, preset=9)) for data in raw),
            "tokens": sum(len(e.ids) for e in tokenizer.encode_batch(files)),
        }
    (args.build / "xz.json").write_text(json.dumps(xz, indent=1), encoding="utf-8")
    size, packed = sum(x["bytes"] for x in xz.values()), sum(x["xz_bytes"] for x in xz.values())
    print(f"training: {len(train)} files, {sum(len(t.encode()) for t in train) / 1e6:.1f} MB, {len(tokens) / 1e6:.1f} million tokens")
    print(f"held out: {sum(x['files'] for x in xz.values())} files, {size} bytes, "
          f"{size / sum(x['tokens'] for x in xz.values()):.2f} bytes a token, xz {packed * 8 / size:.3f} bits per byte")


if __name__ == "__main__":
    main()
