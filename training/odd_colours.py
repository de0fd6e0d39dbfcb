"""Goes on with tower and projector alone: the kind of a shape is to be told whatever its colour.

    python3 training/odd_colours.py BEFORE.safetensors OUT.safetensors --minutes 8
Half of the pictures have shapes in colours drawn from the whole range, named or not; what their rows say of colour does not count
there. A kind never gets a colour that is nearest to the one it is held out with. What rows mean to the language model stays as it
is: the target is the sum of the directions that the words have in the rows now."""

import argparse
import colorsys
import random
import time

import numpy as np
import torch

import safetensors_file
from align import RANKS, WORDS, patch_words
from model import Pane
from optimizer import Optimizer
from row_jitter import fit_directions
from world import COLOURS, HELD_OUT, WORLD, make_scene, render, render_unknown


def nearest_colour(rgb):
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(rgb, WORLD["colours"][name])))


def odd_colour(rng, kind):
    """Dark or strong enough to be seen on the pale ground."""
    while True:
        hue, saturation, value = rng.random(), rng.uniform(0, 1), rng.uniform(0.05, 1)
        rgb = [255 * part for part in colorsys.hsv_to_rgb(hue, saturation, value)]
        seen = saturation > 0.4 or value < 0.7
        if seen and (nearest_colour(rgb), kind) not in HELD_OUT:
            return rgb


def pictures(rng, count, unknown_share=0.05):
    """uint8 [count, 48, 48, 3], float32 [count, 36, words], bool [count]: has odd colours"""
    images, flags, odd = [], [], []
    for _ in range(count):
        if rng.random() < unknown_share:
            images.append(render_unknown(rng))
            flags.append(np.tile(np.isin(WORDS, ["unknown picture"]).astype(np.float32), (36, 1)))
            odd.append(False)
            continue
        scene = make_scene(rng, rng.choice((0, 1, 1, 2, 3, 4, 5)))
        odd.append(rng.random() < 0.5)
        for shape in scene if odd[-1] else ():
            shape.rgb = odd_colour(rng, shape.shape)
        images.append(render(rng, scene))
        flags.append(patch_words(scene))
    return np.stack(images), np.stack(flags), np.array(odd)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("out")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = safetensors_file.load_into(Pane(), args.before)
    directions, _ = fit_directions(model)
    unit = directions[[i for i, word in enumerate(WORDS) if word not in RANKS]].square().sum(-1).mean()
    colours = directions[[WORDS.index(word) for word in COLOURS]]
    # Takes away what lies in the span of the colours.
    other = torch.eye(colours.shape[1]) - torch.linalg.pinv(colours) @ colours
    parts = [*model.vision_tower.named_parameters(), *model.multi_modal_projector.named_parameters()]
    optimizer, rng = Optimizer(parts, args.rate / 2, args.rate), random.Random(args.seed + 501)
    begin, step = time.time(), 0
    while True:
        images, flags, odd = pictures(rng, 96)
        flags, odd = torch.from_numpy(flags), torch.from_numpy(odd)
        with torch.autocast("cpu", torch.bfloat16):
            rows = model.image_rows(torch.from_numpy(images))
        misses = rows.float() - flags @ directions
        misses = torch.where(odd[:, None, None], misses @ other, misses).square().sum(-1) / unit
        some = flags[..., WORDS.index("nothing")] == 0
        loss = misses[some].mean() + misses[~some].mean()
        loss.backward()
        left = 1 - (time.time() - begin) / (args.minutes * 60)
        optimizer.step(min(1.0, (step + 1) / 50, max(left * 1.5, 0.01)))
        step += 1
        if step % 100 == 0 or left <= 0:
            print(step, f"loss {loss.item():.4f}", f"named {misses[~odd].mean().item():.4f}", f"odd {misses[odd].mean().item():.4f}", flush=True)
        if left <= 0:
            safetensors_file.write(args.out, model.state_dict())
            return


if __name__ == "__main__":
    main()
