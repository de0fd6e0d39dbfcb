"""What q8_0 and q4_0 (llama.cpp's formats, blocks of 32 along a row) make of the weights: values, not bytes."""

import contextlib

import torch

BLOCK = 32


def q8_0(blocks):
    """scale = max|w| / 127 in f16, q = round(w / scale)"""
    scale = blocks.abs().amax(-1, keepdim=True) / 127
    return (blocks / scale.clamp(min=1e-12)).round() * scale.half().float()


def q4_0(blocks):
    """scale = (w of largest magnitude) / -8 in f16, q = clamp(floor(w / scale + 8.5), 0, 15), value = (q - 8) scale"""
    index = blocks.abs().argmax(-1, keepdim=True)
    scale = blocks.gather(-1, index) / -8
    safe = torch.where(scale == 0, torch.ones_like(scale), scale)
    return ((blocks / safe + 8.5).floor().clamp(0, 15) - 8) * scale.half().float()


LEVELS = {"q8_0": q8_0, "q4_0": q4_0}


def matrices(model):
    """All matrices with whole blocks in a row, the embedding table included; positions stay as they are."""
    named = model.named_parameters()
    return [p for n, p in named if p.dim() == 2 and p.shape[1] % BLOCK == 0 and "position" not in n]


@contextlib.contextmanager
def quantized(model, level):
    """Within, the model computes with quantized values; gradients taken there belong to the true weights afterwards
    (straight through), which is how a model is trained to bear quantization."""
    kept = [(p, p.data) for p in matrices(model)] if level else []
    for p, data in kept:
        p.data = LEVELS[level](data.reshape(-1, BLOCK)).view_as(data)
    try:
        yield
    finally:
        for p, data in kept:
            p.data = data
