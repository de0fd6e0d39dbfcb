"""Starts a head of the first layer that looks up in the picture what a word names: at " red" it looks at the rows of what is red
and brings the other words of these rows (kind, size, place) along. Training finds this late: after 5 million tokens one head of
24 told a red shape from others, in the second layer, which leaves too few layers for "What is left of the red one?". In the
spirit of first_heads.py; needs image rows that are sums of words (align.py). Training goes on from there and may undo it."""

import torch

from align import RANKS, UNSPOKEN, WORDS, pictures
from world import COLOURS, SHAPES

LAYER, KV_HEAD = 0, 3
# What its first query head looks up, and what its second one, which starts unheard, would.
NAMES, PLACES = [*COLOURS, *SHAPES], ["left", "right", "small", "large"]
# Score of a row that fits; what every row of a shape has more, as a multiple: a word would find itself first. Rows of shapes are
# known by their rank, which no word of a text has.
SHARPNESS, PREFER_ROWS = 14.0, 2.0
# How loud what it brings is, of the words' own length.
GAIN = 0.4


def slots(half):
    """Dimensions by slowness of their rotary pair: names at the slowest, which distances turn least. The last is for rows."""
    order = [dim for pair in range(half - 1, -1, -1) for dim in (pair, pair + half)]
    return dict(zip(NAMES + PLACES, order)), order[len(NAMES) + len(PLACES)]


def duals(vectors):
    """[n, C] that give 1 for their own vector and 0 for the others"""
    return torch.linalg.pinv(vectors).T


def mean_size(x):
    return x.square().mean(-1).sqrt().mean()


@torch.no_grad()
def start_match_heads(model, tokenizer, rng, row_vectors, row_mean):
    """row_vectors [words, C], row_mean [C]: what the rows were aligned to, see align.word_vectors"""
    layer, table = model.language_model.model.layers[LAYER], model.language_model.model.embed_tokens.weight
    part, scale, mean = layer.self_attn, layer.input_layernorm.weight, table.mean(0)
    dim, group, device = part.dim, part.heads // part.kv_heads, table.device
    where, row_slot = slots(dim // 2)
    spoken = {word: table[tokenizer.encode(" " + word)[0]] - mean for word in WORDS if word not in UNSPOKEN}
    images, _ = pictures(rng, 40, 0)
    row_size = mean_size(model.image_rows(torch.from_numpy(images).to(device)).float())
    asked = torch.stack([spoken[word] for word in where])
    sharp = (SHARPNESS * dim**0.5 * mean_size(asked + mean) * row_size) ** 0.5
    in_rows = duals(torch.cat((row_vectors, row_mean[None])) * scale)[: len(WORDS)]
    # The mean is what all tokens share.
    in_text = duals(torch.cat((asked, mean[None])) * scale)
    key, value = torch.zeros(2, dim, len(mean), device=device)
    value[: len(WORDS)] = in_rows * row_size
    for word, place in where.items():
        key[place] = in_rows[WORDS.index(word)] * sharp
    key[row_slot] = sum(in_rows[WORDS.index(rank)] for rank in RANKS) * sharp
    kv = slice(KV_HEAD * dim, (KV_HEAD + 1) * dim)
    part.k_proj.weight[kv], part.v_proj.weight[kv] = key, value
    # What it brings is written as words, so that an answer is near.
    written = torch.stack([spoken.get(word, row_vectors[i]) for i, word in enumerate(WORDS)])
    for head, words in zip(range(KV_HEAD * group, (KV_HEAD + 1) * group), (NAMES, PLACES)):
        query = torch.zeros(dim, len(mean), device=device)
        for (word, place), finder in zip(where.items(), in_text):
            if word in words:
                query[place] = finder * sharp
        query[row_slot] = in_text[-1] * sharp * PREFER_ROWS
        span = slice(head * dim, (head + 1) * dim)
        part.q_proj.weight[span] = query
        part.o_proj.weight[:, span] = 0
        if words is NAMES:
            part.o_proj.weight[:, span][:, : len(WORDS)] = GAIN * written.T
