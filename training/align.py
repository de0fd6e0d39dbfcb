"""Brings image rows to where words are: the row of a patch is taught to be the sum of the embeddings of the words for what
lies under it (its kind, colour, size and place; "shape" at a centre). What a projector learns first anyway, as in LLaVA's
first stage (Liu et al. 2023), but in minutes: every patch is told, where an answer tells one word about a whole picture."""

import random
import time

import numpy as np
import torch

from config import PATCH_SIZE
from optimizer import Optimizer
from tokenizer import load_tokenizer
from vision_warmup import CENTRES, SIDE
from world import COLOURS, SHAPES, make_scene, render

PLACE_WORDS = ["top", "bottom", "left", "right", "centre"]
WORDS = [*SHAPES, *COLOURS, "small", "large", *PLACE_WORDS, "shape"]


def patch_words(shapes):
    """float32 [36, words]: which words belong to each patch; those of the nearest shape that touches it."""
    flags = np.zeros((SIDE, SIDE, len(WORDS)), np.float32)
    nearest = np.full((SIDE, SIDE), np.inf)
    for s in shapes:
        far = np.hypot(CENTRES[None, :] - s.x, CENTRES[:, None] - s.y)
        mine = (far < s.radius * 0.9 + 3) & (far < nearest)
        nearest = np.where(mine, far, nearest)
        words = [s.shape, s.colour, s.size, *s.place.split()]
        flags[mine] = 0
        flags[mine] += np.isin(WORDS, words).astype(np.float32)
    for s in shapes:
        flags[int(s.y // PATCH_SIZE), int(s.x // PATCH_SIZE), -1] = 1
    return flags.reshape(SIDE * SIDE, -1)


def word_vectors(model, tokenizer):
    """[words, C] embeddings without what all tokens share, and that mean [C]"""
    table = model.language_model.model.embed_tokens.weight.detach()
    ids = [tokenizer.encode(" " + word)[0] for word in WORDS]
    mean = table.mean(0)
    return table[ids] - mean, mean


def align_images(model, args, log):
    rng, device = random.Random(args.seed + 77), args.device
    vectors, mean = word_vectors(model, load_tokenizer(args.tokenizer))
    unit = vectors.square().sum(-1).mean()
    parts = [*model.vision_tower.named_parameters(), *model.multi_modal_projector.named_parameters()]
    optimizer = Optimizer(parts, args.rate / 2, args.rate)
    begin, step = time.time(), 0
    end = begin + args.align_minutes * 60
    while True:
        scenes = [make_scene(rng, rng.choice((0, 1, 1, 2, 3, 4, 5))) for _ in range(1024 if device == "cuda" else 96)]
        pixels = torch.from_numpy(np.stack([render(rng, scene) for scene in scenes])).to(device)
        flags = torch.from_numpy(np.stack([patch_words(scene) for scene in scenes])).to(device)
        with torch.autocast(device, torch.bfloat16):
            rows = model.image_rows(pixels)
        misses = (rows.float() - (flags @ vectors + mean)).square().sum(-1) / unit
        some = flags.sum(-1) > 0
        # In units of one word's squared length, patches with something and without counted alike.
        loss = misses[some].mean() + misses[~some].mean()
        loss.backward()
        left = (end - time.time()) / (end - begin)
        optimizer.step(min(1.0, (step + 1) / 50, max(left * 2, 0.02)))
        step += 1
        if step % 50 == 0 or left <= 0:
            log(phase="align", step=step, loss=loss.item(), something=misses[some].mean().item())
        if left <= 0:
            return
