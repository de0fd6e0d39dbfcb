"""Makes what image rows say louder and quieter at random while the language model learns, word by word and picture by picture.
It then reads one word of a row (star) whatever the others are (orange), as it must for pairs that no training picture has."""

import random

import torch

from align import GROUPS, WORDS, pictures

# A factor for each word of each picture, drawn evenly.
RANGE = (0.3, 1.2)
SPOKEN = [WORDS.index(word) for group in ("kind", "colour", "size") for word in GROUPS[group]]


@torch.no_grad()
def fit_directions(model, count=600, seed=31):
    """[words, C]: rows = flags @ directions, as well as least squares can, and the share of the rows' variance that this explains"""
    images, flags = pictures(random.Random(seed), count)
    device = next(model.parameters()).device
    rows = torch.cat([model.image_rows(part).float() for part in torch.from_numpy(images).to(device).split(100)])
    flags, rows = torch.from_numpy(flags).to(device).flatten(0, 1), rows.flatten(0, 1)
    directions = torch.linalg.pinv(flags) @ rows
    return directions, 1 - ((rows - flags @ directions).var() / rows.var()).item()


class RowJitter:
    """For rows that are sums of words (align.py) from a tower that is held still: the words' directions are fitted once."""

    def __init__(self, model):
        directions, self.fit = fit_directions(model)
        self.directions, self.finders = directions[SPOKEN], torch.linalg.pinv(directions)[:, SPOKEN]

    @torch.no_grad()
    def __call__(self, rows):
        """rows [N, P, C]"""
        low, high = RANGE
        factors = torch.rand(len(rows), 1, len(SPOKEN), device=rows.device) * (high - low) + low
        parts = rows.float() @ self.finders
        return rows + ((parts * (factors - 1)) @ self.directions).to(rows.dtype)
