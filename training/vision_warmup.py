"""Teaches the vision tower alone to tell, for every patch, what lies under it. Far cheaper than learning to see
through answers: 36 labels a picture instead of a few words. The four heads are thrown away afterwards."""

import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from config import PATCH_SIZE
from world import COLOURS, SHAPES, SIZE, make_scene, render

SIDE = SIZE // PATCH_SIZE
CENTRES = (np.arange(SIDE) + 0.5) * PATCH_SIZE
# Classes per head; class 0 is "nothing here".
HEADS = {"centre": 2, "shape": len(SHAPES) + 1, "colour": len(COLOURS) + 1, "size": 3}


def patch_labels(shapes):
    """uint8 [4, 36]: does the centre of a shape lie in the patch; kind, colour and size of the nearest shape that touches it."""
    labels = np.zeros((len(HEADS), SIDE, SIDE), np.uint8)
    nearest = np.full((SIDE, SIDE), np.inf)
    for s in shapes:
        far = np.hypot(CENTRES[None, :] - s.x, CENTRES[:, None] - s.y)
        mine = (far < s.radius * 0.9 + 3) & (far < nearest)
        nearest = np.where(mine, far, nearest)
        for head, value in enumerate((SHAPES.index(s.shape), COLOURS.index(s.colour), ("small", "large").index(s.size)), 1):
            labels[head][mine] = value + 1
    for s in shapes:
        labels[0, int(s.y // PATCH_SIZE), int(s.x // PATCH_SIZE)] = 1
    return labels.reshape(len(HEADS), -1)


def picture_batch(rng, count):
    scenes = [make_scene(rng, rng.choice((0, 1, 1, 2, 3, 4, 5))) for _ in range(count)]
    return np.stack([render(rng, scene) for scene in scenes]), np.stack([patch_labels(scene) for scene in scenes])


class WarmupHeads(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.norm, self.out = nn.LayerNorm(hidden), nn.Linear(hidden, sum(HEADS.values()))

    def loss(self, x, labels):
        """Mean cross entropy over the four heads, and the share of patches right per head."""
        parts = self.out(self.norm(x.float())).split(list(HEADS.values()), -1)
        losses = [F.cross_entropy(part.flatten(0, 1), labels[:, i].flatten()) for i, part in enumerate(parts)]
        # Patches with nothing on them are the most and the easiest: counted only where there is something.
        some = labels[:, 1] > 0
        right = [(part.argmax(-1) == labels[:, i])[some].float().mean().item() for i, part in enumerate(parts)]
        return sum(losses), right


def batches(seed, count):
    rng = random.Random(seed)
    while True:
        yield picture_batch(rng, count)
