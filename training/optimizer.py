"""Muon for the matrices of the blocks (Jordan et al. 2024), AdamW for embeddings, norms and biases."""

import torch


def orthogonalize(g, steps=5):
    """Newton-Schulz iteration: pulls all singular values of each matrix in g [M, R, C] towards 1."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    flipped = x.shape[-2] > x.shape[-1]
    if flipped:
        x = x.transpose(-1, -2)
    x = x / (x.float().norm(dim=(-2, -1), keepdim=True).to(x.dtype) + 1e-7)
    for _ in range(steps):
        s = x @ x.transpose(-1, -2)
        x = a * x + (b * s + c * (s @ s)) @ x
    return (x.transpose(-1, -2) if flipped else x).float()


class Muon:
    """Momentum, then the nearest orthogonal matrix, scaled to Adam's usual step: 0.2 sqrt(max(rows, columns))."""

    def __init__(self, parameters, momentum=0.95, decay=0.01):
        self.momentum, self.decay = momentum, decay
        self.groups = {}
        for parameter in parameters:
            self.groups.setdefault(tuple(parameter.shape), []).append(parameter)
        self.buffers = {shape: torch.zeros(len(group), *shape, device=group[0].device) for shape, group in self.groups.items()}

    @torch.no_grad()
    def step(self, rate):
        for shape, group in self.groups.items():
            used = [p.grad is not None for p in group]
            if not all(used):
                continue
            grads = torch.stack([p.grad for p in group])
            buffer = self.buffers[shape]
            buffer.lerp_(grads, 1 - self.momentum)
            update = orthogonalize(grads.lerp(buffer, self.momentum)) * (0.2 * max(shape) ** 0.5)
            for parameter, change in zip(group, update):
                parameter.mul_(1 - rate * self.decay).add_(change, alpha=-rate)


class Optimizer:
    def __init__(self, named_parameters, rate, plain_rate=None):
        named = list(named_parameters)
        is_block = lambda n, p: p.dim() == 2 and (".layers." in n or "linear_" in n)
        self.rate, self.plain_rate = rate, plain_rate or rate
        self.muon = Muon([p for n, p in named if is_block(n, p)])
        self.adam = torch.optim.AdamW([p for n, p in named if not is_block(n, p)], lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.parameters = [p for _, p in named]

    def step(self, scale):
        """One step at `scale` times the base rate; gradients are clipped to norm 1 and then dropped."""
        torch.nn.utils.clip_grad_norm_([p for p in self.parameters if p.grad is not None], 1.0)
        for group in self.adam.param_groups:
            group["lr"] = self.plain_rate * scale
        self.adam.step()
        self.muon.step(self.rate * scale)
        for parameter in self.parameters:
            parameter.grad = None
