"""Greedy decoding of many prompts at once, with a key and value cache."""

import numpy as np
import torch

from config import CONTEXT_LENGTH, END, PAD
from conversations import stack


class Cache:
    """Keys and values of all layers, [B, K, S, D] each; rows may stand at different lengths.
    Padding behind a shorter prompt is overwritten later and never seen: a query sees keys up to its own position."""

    def __init__(self, rows, capacity):
        self.rows, self.capacity, self.store = rows, capacity, {}

    def at(self, positions):
        """positions [B, T] of the tokens that come next"""
        self.positions = positions
        seen = torch.arange(self.capacity, device=positions.device) <= positions[..., None]
        self.mask = torch.where(seen, 0.0, -1e4)[:, None]
        return self

    def extend(self, layer, k, v):
        if layer not in self.store:
            shape = (self.rows, k.shape[1], self.capacity, k.shape[3])
            self.store[layer] = k.new_zeros(shape, dtype=v.dtype), v.new_zeros(shape)
        keys, values = self.store[layer]
        index = self.positions[:, None, :, None].expand(-1, k.shape[1], -1, k.shape[3])
        keys.scatter_(2, index, k.to(v.dtype))
        values.scatter_(2, index, v)
        return keys, values, self.mask.to(v.dtype)


@torch.no_grad()
def greedy(model, prompts, images, most=40):
    """prompts: lists of ids; images: list of pictures per prompt. Returns lists of ids, END included where it came."""
    device = next(model.parameters()).device
    lengths = torch.tensor([len(p) for p in prompts], device=device)
    longest = int(lengths.max())
    most = min(most, CONTEXT_LENGTH - longest)
    ids = np.full((len(prompts), longest), PAD, np.int64)
    for row, prompt in zip(ids, prompts):
        row[: len(prompt)] = prompt
    ids = torch.from_numpy(ids).to(device)
    pixels = torch.from_numpy(stack([picture for pictures in images for picture in pictures])).to(device)
    cache = Cache(len(prompts), longest + most)
    positions = torch.arange(longest, device=device).expand(len(prompts), -1)
    hidden = model(ids, pixels, positions, cache.at(positions))
    last = hidden[torch.arange(len(prompts), device=device), lengths - 1]
    answers = [[] for _ in prompts]
    alive = torch.ones(len(prompts), dtype=torch.bool, device=device)
    for step in range(most):
        token = model.logits(last).argmax(-1)
        for answer, index, running in zip(answers, token.tolist(), alive.tolist()):
            if running:
                answer.append(index)
        alive &= token != END
        if not alive.any() or step == most - 1:
            break
        positions = (lengths + step)[:, None]
        last = model(token[:, None], None, positions, cache.at(positions))[:, 0]
    return answers


def answer_items(model, tokenizer, items, encode, batch=100, most=180):
    """Texts of the greedy answers to items, None where the answer does not end by itself.
    Items of similar expected length share a batch."""
    order = sorted(range(len(items)), key=lambda i: len(items[i].turns[-1][1]))
    texts = [None] * len(items)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        longest = max(len(tokenizer.encode(items[i].turns[-1][1])) for i in part)
        images = [items[i].pictures for i in part]
        limit = min(most, longest + 12 if items[part[0]].judge is None else most)
        answers = greedy(model, [encode(tokenizer, items[i]) for i in part], images, limit)
        for i, ids in zip(part, answers):
            texts[i] = tokenizer.decode(ids[:-1]) if ids and ids[-1] == END else None
    return texts
