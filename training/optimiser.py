"""Muon for matrices (K. Jordan et al., 2024: momentum, orthogonalised by Newton-Schulz) and AdamW for the rest."""

import torch

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalised(x, steps=5):
    """An approximation of U Vᵀ of x = U S Vᵀ, for a stack of matrices (count, rows, columns)."""
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    a, b, c = NEWTON_SCHULZ
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Optimiser:
    """Steps `matrices`, pairs (parameter, rows or None), by Muon, and `others` by AdamW without decay.

    `precision` is that of the Newton-Schulz steps: bfloat16 where the processor multiplies it faster.
    """

    def __init__(self, matrices, others, muon_rate, adam_rate, weight_decay=0.01, momentum=0.95, precision=torch.float32):
        self.matrices = [(p, rows or [p.shape[0]]) for p, rows in matrices]
        self.momentum, self.weight_decay, self.muon_rate = momentum, weight_decay, muon_rate
        self.velocity = [torch.zeros_like(p) for p, _ in self.matrices]
        self.adam_rate, self.precision = adam_rate, precision
        self.adam = torch.optim.AdamW(others, lr=adam_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True)

    @torch.no_grad()
    def step(self, scale):
        """One step with both rates multiplied by `scale`; clears the gradients."""
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * scale
        self.adam.step()
        self.adam.zero_grad()
        stacks = {}
        for (parameter, rows), velocity in zip(self.matrices, self.velocity, strict=True):
            velocity.lerp_(parameter.grad, 1 - self.momentum)
            update = parameter.grad.lerp_(velocity, self.momentum)
            for target, part in zip(parameter.split(rows), update.split(rows), strict=True):
                stacks.setdefault(part.shape, []).append((target, part))
            parameter.grad = None
        for shape, pairs in stacks.items():
            stack = torch.stack([part for _, part in pairs]).to(self.precision)
            steps = orthogonalised(stack).float() * max(1, shape[0] / shape[1]) ** 0.5
            for (target, _), step in zip(pairs, steps, strict=True):
                target.mul_(1 - self.muon_rate * scale * self.weight_decay).sub_(step, alpha=self.muon_rate * scale)

    def state(self):
        return {"velocity": self.velocity, "adam": self.adam.state_dict()}

    def load(self, state):
        for mine, saved in zip(self.velocity, state["velocity"], strict=True):
            mine.copy_(saved)
        self.adam.load_state_dict(state["adam"])
