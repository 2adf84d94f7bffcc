"""Trains the embedded model, or a draft model of the same vocabulary, by a plan of stages.

A plan (plans/NAME.json) lists stages: minutes of one core's time, layers, window length, windows a step, and the factor on the
learning rates at the stage's start and end. Layers are added between stages; an added layer starts as the identity.
The plan is read again when it changes. Stopped at any time, a run goes on from its last checkpoint.
"""

import argparse
import json
import math
import os
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from fetch import HERE
from llama import Config, Layer, Llama
from optimiser import Optimiser

MUON_RATE, ADAM_RATE = 0.02, 4e-3
WARM_UP_STEPS = 50


class Windows:
    """Random windows of the training tokens; every fourth begins where a file begins."""

    def __init__(self, path):
        self.tokens = np.load(path, mmap_mode="r")
        self.files = np.flatnonzero(np.asarray(self.tokens) == 0)

    def batch(self, count, length, seed):
        rng = np.random.default_rng(seed)
        starts = rng.integers(0, len(self.tokens) - length - 1, count)
        at_file = rng.random(count) < 0.25
        starts[at_file] = np.minimum(rng.choice(self.files, int(at_file.sum())), len(self.tokens) - length - 1)
        return torch.from_numpy(np.stack([self.tokens[s : s + length + 1] for s in starts]).astype(np.int64))


class Run:
    """A model in training with all that a checkpoint holds."""

    def __init__(self, model, folder, precision=torch.float32):
        self.model, self.folder, self.precision = model, folder, precision
        self.step = self.tokens = 0
        self.seconds = 0.0
        self.log = []
        self.optimiser = self.make_optimiser()

    def make_optimiser(self):
        matrices = list(self.model.matrices())
        stepped = {id(p) for p, _ in matrices}
        others = [p for p in self.model.parameters() if id(p) not in stepped]
        return Optimiser(matrices, others, MUON_RATE, ADAM_RATE, precision=self.precision)

    def grow(self, layers):
        """Inserts layers that add nothing yet, spread evenly, each beside one whose matrices it starts from."""
        old, was = list(self.model.layers), self.optimiser
        velocity = {id(p): v for (p, _), v in zip(was.matrices, was.velocity, strict=True)}
        config = Config(**{**vars(self.model.config), "layers": layers})
        places = {round(i * (layers - 1) / max(1, len(old) - 1)): layer for i, layer in enumerate(old)}
        grown, last = [], old[0]
        for index in range(layers):
            if index in places:
                last = places[index]
                grown.append(last)
                continue
            layer = Layer(config)
            layer.load_state_dict(last.state_dict())
            with torch.no_grad():
                layer.attention.output.zero_()
                layer.feed_forward.down.zero_()
            grown.append(layer)
        self.model.layers, self.model.config = torch.nn.ModuleList(grown), config
        self.optimiser = self.make_optimiser()
        for (parameter, _), mine in zip(self.optimiser.matrices, self.optimiser.velocity, strict=True):
            if id(parameter) in velocity:
                mine.copy_(velocity[id(parameter)])
        for parameter, state in was.adam.state.items():
            self.optimiser.adam.state[parameter] = state

    def save(self):
        state = {
            "config": vars(self.model.config),
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state(),
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "log": self.log,
        }
        torch.save(state, self.folder / "checkpoint.tmp")
        os.replace(self.folder / "checkpoint.tmp", self.folder / "checkpoint.pt")
        (self.folder / "log.json").write_text(json.dumps(self.log))

    @staticmethod
    def load(folder, precision=torch.float32):
        state = torch.load(folder / "checkpoint.pt")
        model = Llama(Config(**state["config"]))
        model.load_state_dict(state["model"])
        run = Run(model, folder, precision)
        run.optimiser.load(state["optimiser"])
        run.step, run.tokens, run.seconds, run.log = (state[k] for k in ("step", "tokens", "seconds", "log"))
        return run


class Plan:
    def __init__(self, path):
        self.path, self.changed = path, None
        self.read()

    def read(self):
        if (changed := self.path.stat().st_mtime) != self.changed:
            self.changed, plan = changed, json.loads(self.path.read_text())
            self.model, self.stages = plan["model"], plan["stages"]

    def at(self, seconds):
        """The stage at that time and the factor on the rates; None at the end."""
        start = 0.0
        for stage in self.stages:
            length = stage["minutes"] * 60
            if seconds < start + length:
                low, high = stage["rate"]
                return stage, low + (high - low) * (seconds - start) / length
            start += length
        return None, 0.0


@torch.no_grad()
def held_out_loss(model, windows):
    model_rope = model.rope(windows.shape[1] - 1)
    losses = [
        F.cross_entropy(model(w[:, :-1], model_rope).flatten(0, 1), w[:, 1:].flatten()).item() for w in windows.split(8)
    ]
    return sum(losses) / len(losses)


def held_out_windows(build, count, length):
    """The first tokens of held-out files that are long enough, the same number from each library as far as there are."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(build / "tokenizer.json"))
    libraries = [json.loads(p.read_text()) for p in sorted((build / "held-out").glob("*.json"))]
    kept = []
    for texts in libraries:
        ids = [e.ids for e in tokenizer.encode_batch(texts)]
        kept += [[0, *x[:length]] for x in ids if len(x) >= length][: count // len(libraries)]
    return torch.tensor(kept)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--init-from", type=pathlib.Path, help="start from the weights of a GGUF file, with a fresh optimiser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-seconds", type=float, default=180)
    parser.add_argument("--bf16", action="store_true", help="multiply matrices in bfloat16: several times as fast where the processor has AMX")
    parser.add_argument("--compile", action="store_true", help="torch.compile: faster after a minute or more")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    plan = Plan(args.plan)
    folder = args.build / args.plan.stem
    folder.mkdir(parents=True, exist_ok=True)
    precision = torch.bfloat16 if args.bf16 else torch.float32
    if (folder / "checkpoint.pt").exists():
        run = Run.load(folder, precision)
    elif args.init_from:
        from gguf_files import read_llama

        run = Run(read_llama(args.init_from), folder, precision)
    else:
        run = Run(Llama(Config(layers=plan.stages[0]["layers"], **plan.model)).initialise(args.seed), folder, precision)
    data = Windows(args.build / "train.npy")
    held_out = held_out_windows(args.build, 36, 256)
    print(f"{sum(p.numel() for p in run.model.parameters())} parameters, step {run.step}, {len(held_out)} held-out windows", flush=True)

    def loss_of(tokens, rope):
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            return F.cross_entropy(run.model(tokens[:, :-1], rope).flatten(0, 1), tokens[:, 1:].flatten())

    step_loss = torch.compile(loss_of) if args.compile else loss_of
    rope, recent, saved, clock = None, [], time.monotonic(), time.process_time()
    while True:
        plan.read()
        stage, factor = plan.at(run.seconds)
        if stage is None:
            break
        if stage["layers"] > run.model.config.layers:
            run.grow(stage["layers"])
            print(f"grown to {stage['layers']} layers: {sum(p.numel() for p in run.model.parameters())} parameters", flush=True)
        if rope is None or rope[0].shape[1] != stage["length"]:
            rope = run.model.rope(stage["length"])
        batch = data.batch(stage["windows"], stage["length"], [args.seed, run.step])
        loss = step_loss(batch, rope)
        loss.backward()
        run.optimiser.step(factor * min(1, (run.step + 1) / WARM_UP_STEPS))
        recent.append(loss.item())
        run.step += 1
        run.tokens += stage["windows"] * stage["length"]
        used = time.process_time()
        run.seconds, clock = run.seconds + used - clock, used
        if run.step % 20 == 0:
            entry = {"step": run.step, "tokens": run.tokens, "minutes": run.seconds / 60, "loss": sum(recent) / len(recent)}
            if run.step % 100 == 0:
                entry["held_out"] = held_out_loss(run.model, held_out)
            if not math.isfinite(entry["loss"]):
                raise SystemExit(f"loss must be finite: step={run.step}; go on from the last checkpoint with lower rates")
            run.log.append(entry)
            recent = []
            print(" ".join(f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}" for k, v in entry.items()),
                  f"rate={factor:.2f}", flush=True)
        if time.monotonic() - saved > args.save_seconds:
            run.save()
            saved = time.monotonic()
    run.save()
    print(f"done: step {run.step}, {run.tokens} tokens, {run.seconds / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
