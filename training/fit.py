"""A start for a head by least squares: far cheaper than the steps of training that would get as far.

The target's next state is fitted linearly from its last state and the next token's embedding. The head computes that
as follows, before anything is trained: attention looks at its own place alone and adds, in as many directions as its
values have, what the embedding changes; the feed-forward network does the rest: as many units as the state is wide with
their gates held open, and units of the target's last layer beside them.
"""

import torch
import torch.nn.functional as F

from llama import rms_norm

PAIRS = 8  # that turn fast enough to tell neighbouring places apart
SHARPNESS = 6.0
OPEN = 3.0
RIDGE = 1e-3


def rows(answers, target, most, seed=1):
    """States at places of answers, embeddings of the tokens after them, and the states there."""
    here, embedded, there = [], [], []
    count = 0
    for index in torch.randperm(len(answers.sequences), generator=torch.Generator().manual_seed(seed)).tolist():
        tokens, features, prompt, _ = answers.sequences[index]
        states = torch.from_numpy(features[prompt - 1 :, -target.config.hidden :]).float()
        here.append(states[:-1])
        there.append(states[1:])
        embedded.append(target.embedding[torch.from_numpy(tokens[prompt:]).long()])
        count += len(states) - 1
        if count >= most:
            break
    return torch.cat(here), torch.cat(embedded), torch.cat(there)


def least_squares(x, y):
    gram = x.T @ x
    gram.diagonal().add_(RIDGE * gram.diagonal().mean())
    return torch.linalg.solve(gram, x.T @ y)


@torch.no_grad()
def fit(head, target, answers, most=30_000):
    """Changes a head that was initialised."""
    config = head.config
    hidden, size = config.hidden, config.head_size
    values = config.kv_heads * size
    here, embedded, there = rows(answers, target, most)
    weight = there.pow(2).mean(-1, keepdim=True).rsqrt()
    head.fc.zero_()
    head.fc[:, -hidden:] = torch.eye(hidden)
    head.features_norm.fill_(1.0)
    inputs = torch.cat([rms_norm(embedded, head.embedding_norm, config.epsilon), rms_norm(here, head.features_norm, config.epsilon)], -1)

    # errors count as they change logits
    metric = head.output * head.norm
    metric = metric.T @ metric / len(metric)
    metric.diagonal().add_(1e-2 * metric.diagonal().mean())
    factor = torch.linalg.cholesky(metric)
    change = least_squares(inputs * weight, (there - here) * weight)
    fitted = change @ factor
    gram = fitted.T @ ((inputs * weight).T @ (inputs * weight)) @ fitted
    directions = torch.linalg.eigh(gram).eigenvectors[:, -values:]
    value = (fitted @ directions).T
    output = torch.linalg.solve(factor.T, directions)
    scale = value.norm() / output.norm()
    value, output = value / scale.sqrt(), output * scale.sqrt()

    constant = least_squares(inputs, torch.ones(len(inputs), 1)).T
    qkv = head.attention.qkv
    qkv[: -values].zero_()
    for first in range(0, len(qkv) - values, size):
        qkv[first : first + 2 * PAIRS : 2] = SHARPNESS * constant
    qkv[-values:] = value
    repeated = config.heads // config.kv_heads
    head.attention.output.copy_((output.unflatten(1, (config.kv_heads, 1, size)) / repeated).expand(-1, -1, repeated, -1).flatten(1))

    state = here + (inputs @ value.T) @ output.T
    head.feed_forward_norm.fill_(1.0)
    normed = rms_norm(state, head.feed_forward_norm, config.epsilon)
    kept = min(config.feed_forward, hidden)
    gate, up = head.feed_forward.gate_up.chunk(2)
    gate[kept:] *= target.layers[-1].feed_forward_norm
    up[kept:] *= target.layers[-1].feed_forward_norm
    active = F.silu(normed @ gate[kept:].T) * (normed @ up[kept:].T)
    rest = least_squares(torch.cat([normed, active], -1) * weight, (there - state) * weight)
    left, strength, right = torch.linalg.svd(rest[:hidden].T, full_matrices=False)
    open_gate = least_squares(normed, torch.ones(len(normed), 1)).T
    gate[:kept] = OPEN * open_gate
    up[:kept] = strength[:kept].sqrt()[:, None] * right[:kept]
    through = OPEN * torch.sigmoid(torch.tensor(OPEN))
    head.feed_forward.down[:, :kept] = left[:, :kept] * strength[:kept].sqrt() / through
    head.feed_forward.down[:, kept:] = rest[hidden:].T
    error = ((there - state - torch.cat([normed, active], -1) @ rest) * weight).pow(2).mean() / (there * weight).pow(2).mean()
    print(f"fitted to {len(here)} places; constants {(inputs @ constant.T).std():.3f}, {(normed @ open_gate.T).std():.3f}; error {error:.3f} of the states", flush=True)
