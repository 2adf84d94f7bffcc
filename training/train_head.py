"""Trains an EAGLE-3 head on a target's own answers (answers.py), with the rollout of training-time test.

From each start the head drafts `--depth` tokens in a row on its own states; each step is trained towards the target's
distribution over the draft vocabulary. Steps count 0.8 of the one before. Acceptance is measured on held-out answers:
rounds of a chain of drafts, as the engine would draft greedily, along the target's greedy answers.
"""

import argparse
import collections
import json
import os
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from fetch import HERE
from gguf_files import Metadata, read_llama
from fit import fit
from head import Head, head_config, read_head, write_head
from llama import rms_norm
from optimiser import Optimiser

MUON_RATE, ADAM_RATE, STEP_WEIGHT = 0.01, 1e-3, 0.8


class Answers:
    """Sequences of the files of answers.py or RecordAnswers.java: token ids, features, length of the prompt, whether greedy.

    `sums` holds, by place, the logarithm of the sum of the target's exponentials, so that a step needs the target's
    logits of draft tokens alone; without a target they are left out.
    """

    def __init__(self, files, target=None, prompts_count=False):
        self.sequences, self.sums, self.prompts_count = [], [], prompts_count
        for path in files:
            with np.load(path) as data:
                ends = np.cumsum(data["lengths"])
                tokens, features = data["tokens"], data["features"]
                if target is None:
                    sums = np.zeros(len(tokens), np.float32)
                elif "sums" in data and not prompts_count:
                    sums = data["sums"]
                else:
                    sums = log_sums(target, features)
                for index, (end, length) in enumerate(zip(ends, data["lengths"], strict=True)):
                    prompt = int(data["prompts"][index])
                    if length - prompt >= 8:
                        cut = slice(end - length, end)
                        self.sequences.append((tokens[cut], features[cut], prompt, index % 2 == 0))
                        self.sums.append(sums[cut])

    def alike(self, count, rng):
        """Random sequences of about the same length, so that little of a batch is padding."""
        order = sorted(range(len(self.sequences)), key=lambda i: (len(self.sequences[i][0]) + rng.integers(0, 32), i))
        start = rng.integers(0, max(1, len(order) - count + 1))
        return order[start : start + count]

    def batch(self, indices):
        """Padded tokens, features and sums, and which places count: those of answers, or all."""
        chosen = [self.sequences[i] for i in indices]
        width = max(len(s[0]) for s in chosen)
        tokens = np.zeros((len(chosen), width), np.int64)
        features = np.zeros((len(chosen), width, chosen[0][1].shape[1]), np.float32)
        answer = np.zeros((len(chosen), width), bool)
        sums = np.zeros((len(chosen), width), np.float32)
        for row, (ids, states, prompt, _) in enumerate(chosen):
            tokens[row, : len(ids)], features[row, : len(ids)] = ids, states
            sums[row, : len(ids)] = self.sums[indices[row]]
            answer[row, 1 if self.prompts_count else prompt : len(ids)] = True
        return tuple(map(torch.from_numpy, (tokens, features, answer, sums)))


@torch.no_grad()
def log_sums(target, features, count=512):
    states = torch.from_numpy(features[:, -target.config.hidden :])
    return np.concatenate([target.logits(s.float()).logsumexp(-1).numpy() for s in states.split(count)])


def rollout(head, target, tokens, features, answer, sums, depth):
    """Per step: the head's states at counted places, the target's last states and sums there, and which places those are.

    Start s sees features up to s and the token s+1, and drafts token s+2; step j drafts token s+2+j. A place counts
    when the token that is drafted is the answer's.
    """
    count = tokens.shape[1] - 1
    embedded = F.embedding(tokens[:, 1:], target.embedding)
    hidden = target.config.hidden
    truth = features[:, 1:, -hidden:]
    counts = F.pad(answer[:, 2:], (0, 1))
    fused, past = head.fuse(features[:, :-1]), []
    for step in range(depth):
        shift = lambda x: torch.cat([x[:, step:], torch.zeros_like(x[:, :step])], 1)[:, :count]  # noqa: B023, E731
        fused = head.step(fused, shift(embedded), past, step)
        counted = shift(counts)
        yield fused[counted], shift(truth)[counted], shift(sums[:, 1:])[counted], counted


class DistributionLoss(torch.autograd.Function):
    """Mean cross entropy of logits x @ rows.T to the target's probabilities, which need not add up to 1.

    Its gradient is made on the way, so that nothing as large as the logits is kept but that.
    """

    @staticmethod
    def forward(ctx, x, rows, wanted):
        logits = F.linear(x, rows)
        sums = logits.float().logsumexp(-1, keepdim=True)
        mass = wanted.sum(-1, keepdim=True)
        loss = (mass * sums).sum() - (wanted * logits).sum(dtype=torch.float32)
        slope = torch.exp(logits - sums).mul_(mass).sub_(wanted).div_(len(x)).to(x.dtype)
        ctx.save_for_backward(x, rows, slope)
        return loss / len(x)

    @staticmethod
    def backward(ctx, scale):
        x, rows, slope = ctx.saved_tensors
        return scale * (slope @ rows), scale * (slope.mT @ x), None


def loss_of(head, target, batch, depth, precision=torch.float32):
    total, weight = 0.0, 0.0
    rows = target.embedding[head.d2t].to(precision)
    with torch.autocast("cpu", precision, enabled=precision != torch.float32):
        for step, (states, truth, sums, _) in enumerate(rollout(head, target, *batch, depth)):
            with torch.no_grad():
                normed = rms_norm(truth, target.norm, target.config.epsilon)
                wanted = torch.exp(F.linear(normed, rows) - sums[:, None])
            x = rms_norm(states, head.norm, head.config.epsilon)
            loss = DistributionLoss.apply(x.to(precision), head.output.to(precision), wanted)
            total, weight = total + STEP_WEIGHT**step * loss, weight + STEP_WEIGHT**step
    return total / weight


@torch.no_grad()
def acceptance(head, target, answers, depth):
    """Of greedy held-out answers: accept length of rounds of chains, and how often each step hits if all before did."""
    rounds = accepted = 0
    tried, hit = np.zeros(depth), np.zeros(depth)
    greedy = [i for i, s in enumerate(answers.sequences) if s[3]]
    for start in range(0, len(greedy), 8):
        batch = answers.batch(greedy[start : start + 8])
        match = torch.zeros(*batch[0][:, 1:].shape, depth, dtype=torch.bool)
        counts = torch.zeros_like(match)
        for step, (states, _, _, counted) in enumerate(rollout(head, target, *batch, depth)):
            said = F.pad(batch[0][:, 2 + step :], (0, 1 + step))[counted]
            match[..., step][counted] = head.d2t[head.logits(states).argmax(-1)] == said
            counts[..., step] = counted
        for row in range(len(match)):
            places = counts[row, :, 0].nonzero().flatten().tolist()
            place, stop = places[0], places[-1]
            while place <= stop:
                run = 0
                while run < depth and counts[row, place, run]:
                    tried[run] += 1
                    if not match[row, place, run]:
                        break
                    hit[run] += 1
                    run += 1
                rounds, accepted, place = rounds + 1, accepted + run, place + run + 1
    return 1 + accepted / max(1, rounds), (hit / np.maximum(tried, 1)).round(3).tolist()


def draft_vocabulary(answers, size, vocabulary):
    """The commonest tokens of the answers, then the lowest ids, which byte pairs merged first; in order of id."""
    seen = collections.Counter()
    for tokens, _, prompt, _ in answers.sequences:
        seen.update(tokens[prompt:].tolist())
    chosen = dict.fromkeys(t for t, _ in seen.most_common(size))
    for token in range(vocabulary):
        if len(chosen) == size:
            break
        chosen.setdefault(token)
    covered = sum(n for t, n in seen.items() if t in chosen) / sum(seen.values())
    return torch.tensor(sorted(chosen)), covered


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("name", help="answers are read from build/answers-NAME; the run is build/head-NAME")
    parser.add_argument("output", type=pathlib.Path, help="the head's GGUF file, written at each check")
    parser.add_argument("--build", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--title", default="EAGLE-3 head")
    parser.add_argument("--draft-vocabulary", type=int, default=8192)
    parser.add_argument("--feed-forward", type=int, help="width of the head's feed-forward; default: the target's")
    parser.add_argument("--prompts-count", action="store_true", help="prompts are real text: learn from them too")
    parser.add_argument("--kv-heads", type=int, help="of the head; default: as many as the target's")
    parser.add_argument("--held-out", type=int, default=2, help="so many last files of answers are for measuring, unless build/answers-NAME-held-out is there")
    parser.add_argument("--no-fit", action="store_true", help="start from the target's last layer, without fit.py")
    parser.add_argument("--init-from", type=pathlib.Path, help="go on from a head's GGUF file, with a fresh optimiser")
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--sequences", type=int, default=8, help="a step")
    parser.add_argument("--minutes", type=float, default=30, help="0 leaves it at what fit.py makes")
    parser.add_argument("--bf16", action="store_true", help="multiply matrices in bfloat16: several times as fast where the processor has AMX")
    parser.add_argument("--check-steps", type=int, default=100)
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates, which fall to a tenth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    data, target = Metadata(args.target), read_llama(args.target).requires_grad_(False)
    files = sorted((args.build / f"answers-{args.name}").glob("[0-9]*.npz"))
    files = [f for f in files if ".tmp" not in f.name]
    apart = sorted((args.build / f"answers-{args.name}-held-out").glob("[0-9]*.npz"))
    if not apart:
        files, apart = files[: -args.held_out], files[-args.held_out :]
    train, held_out = Answers(files, target, args.prompts_count), Answers(apart, None)
    target_layers = np.load(files[0])["layers"].tolist()
    folder = args.build / f"head-{args.name}"
    folder.mkdir(parents=True, exist_ok=True)
    if args.init_from:
        head = read_head(args.init_from)
    else:
        d2t, covered = draft_vocabulary(train, args.draft_vocabulary, target.config.vocabulary)
        print(f"draft vocabulary of {len(d2t)} covers {covered:.1%} of the training answers", flush=True)
        head = Head(head_config(target.config, args.feed_forward, args.kv_heads), target_layers, d2t).initialise(target, args.seed)
        if not args.no_fit:
            fit(head, target, train)
    precision = torch.bfloat16 if args.bf16 else torch.float32
    matrices = list(head.matrices())
    stepped = {id(p) for p, _ in matrices}
    optimiser = Optimiser(matrices, [p for p in head.parameters() if id(p) not in stepped], MUON_RATE, ADAM_RATE, precision=precision)
    state = {"step": 0, "tokens": 0, "seconds": 0.0, "log": []}
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        head.load_state_dict(saved["head"])
        optimiser.load(saved["optimiser"])
        state = saved["state"]
    size = sum(p.numel() for p in head.parameters())
    tokens = sum(len(s[0]) for s in train.sequences)
    print(f"{size} parameters; {len(train.sequences)} answers, {tokens} tokens; {len(held_out.sequences)} held out", flush=True)

    def check(**more):
        length, hits = acceptance(head, target, held_out, args.depth)
        state["log"].append({k: state[k] for k in ("step", "tokens", "seconds")} | {"accept_length": length, "hits": hits} | more)
        print(f"held out: accept length {length:.3f} with chains of {args.depth}, hits by step {hits}", flush=True)
        (folder / "log.json").write_text(json.dumps(state["log"]))
        description = f"EAGLE-3 head for {data.get('general.name')}; {size} parameters, {state['tokens']} training tokens"
        write_head(args.output, head, data, args.title, description)
        torch.save({"head": head.state_dict(), "optimiser": optimiser.state(), "state": state}, folder / "checkpoint.tmp")
        os.replace(folder / "checkpoint.tmp", checkpoint)

    recent, clock = [], time.monotonic()
    if not state["step"]:
        check()
        clock = time.monotonic()
    while (done := state["seconds"] / (args.minutes * 60) if args.minutes else 1) < 1:
        rng = np.random.default_rng([args.seed, state["step"]])
        batch = train.batch(train.alike(args.sequences, rng))
        loss = loss_of(head, target, batch, args.depth, precision)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in head.parameters() if id(p) not in stepped], 1.0)
        optimiser.step(args.rate * max(0.1, 1 - done) * min(1, (state["step"] + 1) / 20))
        recent.append(loss.item())
        state["step"] += 1
        state["tokens"] += int(batch[2].sum())
        now = time.monotonic()
        state["seconds"], clock = state["seconds"] + min(now - clock, 60), now
        if state["step"] % 10 == 0:
            print(f"step={state['step']} tokens={state['tokens']} minutes={state['seconds'] / 60:.2f} loss={np.mean(recent[-10:]):.4f}", flush=True)
        if state["step"] % args.check_steps == 0 or state["seconds"] >= args.minutes * 60:
            check(loss=float(np.mean(recent)))
            recent = []


if __name__ == "__main__":
    main()
