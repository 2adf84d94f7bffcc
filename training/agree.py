"""Compares the engine with PyTorch: the tokens of a greedy `updraft run`, each against float32 logits of the same file."""

import argparse
import json
import pathlib
import subprocess

import torch

from fetch import HERE
from gguf_files import Metadata, read_llama


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("prompt_file", type=pathlib.Path)
    parser.add_argument("--tokens", type=int, default=64)
    args = parser.parse_args()
    options = ["--model", args.model, "--prompt-file", args.prompt_file, "--max-tokens", str(args.tokens)]
    command = [HERE.parent / "updraft", "run", *options, "--temperature", "0", "--json", "--logprobs", "1"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    model, data = read_llama(args.model), Metadata(args.model)
    text = args.prompt_file.read_text(encoding="utf-8")
    prompt = [data.get("tokenizer.ggml.bos_token_id"), *data.tokenizer().encode(text, add_special_tokens=False).ids]
    if len(prompt) != answer["prompt_tokens"]:
        raise SystemExit(f"prompts must have as many tokens: engine={answer['prompt_tokens']} python={len(prompt)}")
    said = answer["token_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([prompt + said[:-1]]), model.rope(len(prompt) + len(said) - 1))[0, len(prompt) - 1 :]
    best = logits.topk(2)
    same = best.indices[:, 0] == torch.tensor(said)
    chosen = logits.log_softmax(-1)[torch.arange(len(said)), torch.tensor(said)]
    print(f"{int(same.sum())} of {len(said)} tokens are PyTorch's likeliest too")
    for place in (~same).nonzero().flatten().tolist():
        print(f"  token {place}: PyTorch's two best are {float(best.values[place, 0] - best.values[place, 1]):.3f} apart")
    print(f"mean log-probability by PyTorch {float(chosen.mean()):.4f}")
    if answer.get("logprobs"):
        print("engine's keys of log-probabilities:", str(answer["logprobs"])[:300])


if __name__ == "__main__":
    main()
