"""Brings image rows to where words are: the row of a patch is taught to be the sum of the embeddings of the words for what
lies under it (its kind, colour, size and place; "shape" at a centre). What a projector learns first anyway, as in LLaVA's
first stage (Liu et al. 2023), but in minutes: every patch is told, where an answer tells one word about a whole picture.

Places have names by row and by column, and two of these have no word ("left" alone is the middle row): such names, the rank
of a shape in reading order and "unknown picture" get directions of their own. Three layers of text are few: what the tower can
tell by itself (fifth of five, middle row) they need not work out from distances between tokens."""

import random
import time

import numpy as np
import torch

from config import PATCH_SIZE
from optimizer import Optimizer
from tokenizer import load_tokenizer
from vision_warmup import CENTRES, SIDE
from world import COLOURS, SHAPES, make_scene, render, render_unknown

ROWS, COLUMNS = ["top", "middle row", "bottom"], ["left", "middle column", "right"]
RANKS = ["1st", "2nd", "3rd", "4th", "5th"]
GROUPS = {"kind": SHAPES, "colour": COLOURS, "size": ["small", "large"], "row": ROWS, "column": COLUMNS, "rank": RANKS}
WORDS = [word for group in GROUPS.values() for word in group] + ["centre", "shape", "nothing", "unknown picture"]
# No words of the answers: directions that are drawn once.
UNSPOKEN = {"middle row", "middle column", "unknown picture", *RANKS}


def words_of(shape, rank):
    words = [shape.shape, shape.colour, shape.size, ROWS[shape.cell // 3], COLUMNS[shape.cell % 3], RANKS[rank]]
    return words + ["centre"] * (shape.cell == 4)


def patch_words(shapes):
    """float32 [36, words]: which words belong to each patch; those of the nearest shape that touches it."""
    flags = np.zeros((SIDE, SIDE, len(WORDS)), np.float32)
    flags[..., WORDS.index("nothing")] = 1
    nearest = np.full((SIDE, SIDE), np.inf)
    for rank, s in enumerate(shapes):
        far = np.hypot(CENTRES[None, :] - s.x, CENTRES[:, None] - s.y)
        mine = (far < s.radius * 0.9 + 3) & (far < nearest)
        nearest = np.where(mine, far, nearest)
        flags[mine] = np.isin(WORDS, words_of(s, rank)).astype(np.float32)
    for s in shapes:
        flags[int(s.y // PATCH_SIZE), int(s.x // PATCH_SIZE), WORDS.index("shape")] = 1
    return flags.reshape(SIDE * SIDE, -1)


def word_vectors(model, tokenizer, seed=11):
    """[words, C] embeddings without what all tokens share, and that mean [C]"""
    table = model.language_model.model.embed_tokens.weight.detach()
    mean = table.mean(0)
    length = (table - mean).norm(dim=1).mean()
    generator, vectors = torch.Generator().manual_seed(seed), []
    for word in WORDS:
        drawn = torch.randn(len(mean), generator=generator).to(table.device)
        vectors.append(drawn / drawn.norm() * length if word in UNSPOKEN else table[tokenizer.encode(" " + word)[0]] - mean)
    return torch.stack(vectors), mean


def pictures(rng, count, unknown_share=0.05):
    """uint8 [count, 48, 48, 3] and float32 [count, 36, words]"""
    images, flags = [], []
    for _ in range(count):
        if rng.random() < unknown_share:
            images.append(render_unknown(rng))
            flags.append(np.tile(np.isin(WORDS, ["unknown picture"]).astype(np.float32), (SIDE * SIDE, 1)))
        else:
            scene = make_scene(rng, rng.choice((0, 1, 1, 2, 3, 4, 5)))
            images.append(render(rng, scene))
            flags.append(patch_words(scene))
    return np.stack(images), np.stack(flags)


@torch.no_grad()
def probe(model, vectors, mean, count=200, seed=4242):
    """Share of centre patches whose row, among the words of a group, lies nearest to the right one."""
    images, flags = pictures(random.Random(seed), count, 0)
    rows = model.image_rows(torch.from_numpy(images).to(mean.device)).float() - mean
    flags = torch.from_numpy(flags).to(mean.device)
    centres = flags[..., WORDS.index("shape")] > 0
    # Words are not at right angles to each other: how much of each is in a row, by least squares.
    parts = rows[centres] @ torch.linalg.pinv(vectors)
    right = {}
    for name, group in GROUPS.items():
        index = [WORDS.index(word) for word in group]
        right[name] = (parts[:, index].argmax(-1) == flags[centres][:, index].argmax(-1)).float().mean().item()
    return right


def align_images(model, args, log):
    rng, device = random.Random(args.seed + 77), args.device
    vectors, mean = word_vectors(model, load_tokenizer(args.tokenizer))
    unit = vectors.square().sum(-1).mean()
    parts = [*model.vision_tower.named_parameters(), *model.multi_modal_projector.named_parameters()]
    optimizer = Optimizer(parts, args.rate / 2, args.rate)
    begin, step = time.time(), 0
    end = begin + args.align_minutes * 60
    while True:
        images, flags = pictures(rng, 1024 if device == "cuda" else 96)
        flags = torch.from_numpy(flags).to(device)
        with torch.autocast(device, torch.bfloat16):
            rows = model.image_rows(torch.from_numpy(images).to(device))
        misses = (rows.float() - (flags @ vectors + mean)).square().sum(-1) / unit
        some = flags[..., WORDS.index("nothing")] == 0
        # In units of one word's squared length, patches with something and without counted alike.
        loss = misses[some].mean() + misses[~some].mean()
        loss.backward()
        left = (end - time.time()) / (end - begin)
        optimizer.step(min(1.0, (step + 1) / 50, max(left * 2, 0.02)))
        step += 1
        if step % 200 == 0 or left <= 0:
            log(phase="align", step=step, loss=loss.item(), something=misses[some].mean().item(), **probe(model, vectors, mean))
        if left <= 0:
            return
