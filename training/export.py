"""Writes a run's checkpoint as a Q8_0 GGUF file."""

import argparse
import pathlib

from fetch import HERE
from gguf_files import write_llama
from train import Run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="name of the plan that was trained")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--name", default="Updraft Java 5M")
    args = parser.parse_args()
    run = Run.load(args.build / args.run)
    count = sum(p.numel() for p in run.model.parameters())
    description = f"Completes Java code; {count} parameters, {run.tokens} training tokens, {run.step} steps"
    write_llama(args.output, run.model, args.build / "tokenizer.json", args.name, description)
    print(f"{args.output}: {description}, {args.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
