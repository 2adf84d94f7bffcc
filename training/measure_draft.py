"""Accept length of a draft model's greedy chains along a target's greedy held-out answers (answers.py)."""

import argparse
import pathlib

import numpy as np
import torch

from fetch import HERE
from gguf_files import read_llama
from train_head import Answers


def rounds(hits, depth):
    """Accepted tokens of each round of chains, given which tokens the draft model would have said."""
    place = 0
    while place < len(hits):
        run = 0
        while run < depth and place + run < len(hits) and hits[place + run]:
            run += 1
        yield run
        place += run + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("draft", type=pathlib.Path)
    parser.add_argument("name", help="of the target: answers are read from build/answers-NAME-held-out")
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--depth", type=int, default=4)
    args = parser.parse_args()
    draft = read_llama(args.draft)
    accepted = []
    with torch.no_grad():
        for tokens, _, prompt, greedy in Answers(sorted((args.build / f"answers-{args.name}-held-out").glob("[0-9]*.npz"))).sequences:
            if greedy:
                ids = torch.from_numpy(tokens.astype(np.int64))[None]
                said = draft(ids[:, :-1], draft.rope(ids.shape[1] - 1))[0].argmax(-1)
                accepted += rounds((said == ids[0, 1:])[prompt - 1 :].tolist(), args.depth)
    print(f"accept length {1 + np.mean(accepted):.3f} with chains of {args.depth}, {len(accepted)} rounds")


if __name__ == "__main__":
    main()
