"""Draws the loss curves of runs: log.json files of train.py or train_head.py to a PNG."""

import argparse
import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=pathlib.Path, nargs="+")
    parser.add_argument("output", type=pathlib.Path)
    args = parser.parse_args()
    figure, axes = plt.subplots(figsize=(6, 3.4), dpi=90)
    second = None
    for path in args.logs:
        log, name = json.loads(path.read_text()), path.parent.name
        lost = [e for e in log if "loss" in e]  # a head is measured before its first step too
        axes.plot([e["tokens"] / 1000 for e in lost], [e["loss"] for e in lost], label=f"{name}: training loss")
        if held_out := [e for e in log if "held_out" in e]:
            axes.plot([e["tokens"] / 1000 for e in held_out], [e["held_out"] for e in held_out], "o-", ms=3, label=f"{name}: held-out libraries")
        if heads := [e for e in log if "accept_length" in e]:
            second = second or axes.twinx()
            second.plot([e["tokens"] / 1000 for e in heads], [e["accept_length"] for e in heads], "s--", ms=3, label=f"{name}: accept length (right)")
            second.set_ylabel("accept length, chain")
            second.legend(loc="center right", fontsize=7)
    axes.set_xlabel("training tokens, thousands")
    axes.set_ylabel("nats a token")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(args.output)


if __name__ == "__main__":
    main()
