"""Starts two heads with what training on a small budget finds late: one that looks at the previous token (layer 0) and one
that looks behind the previous occurrence of the current token (layer 1; induction, Olsson et al. 2022). Training goes on from
there and may undo it. In the spirit of mimetic initialization (Trockman and Kolter 2023)."""

import torch

PREVIOUS, INDUCTION = 0, 2  # heads of layer 0 and of layer 1; each is the first of its kv group
SHARP_PAIRS = 6  # fast rotary pairs: they tell a distance of 1 from 0 and 2
SLOW_PAIRS = 10  # slow rotary pairs: their products say what matches, wherever it stands


def orthonormal(rows, columns, generator):
    return torch.linalg.qr(torch.randn(columns, rows, generator=generator))[0].T


@torch.no_grad()
def start_heads(model, sharpness=0.6, match=2.0, copy=0.5, quiet=0.1):
    """For a new model: what layers write is made small, so that the two heads are heard."""
    text = model.language_model.model
    first, second = text.layers[0].self_attn, text.layers[1].self_attn
    dim, half, generator = first.dim, first.dim // 2, torch.Generator().manual_seed(5)
    table = text.embed_tokens.weight
    hidden = table.shape[1]
    device = table.device
    # A direction that all tokens share, so that a query and a key can be the same for every token.
    common = orthonormal(1, hidden, generator)[0].to(device)
    length = table.norm(dim=1).mean()
    for layer in text.layers:
        layer.self_attn.o_proj.weight.mul_(quiet)
        layer.mlp.down_proj.weight.mul_(quiet)
    table.add_(common * length)
    model.multi_modal_projector.linear_2.bias.add_(common * length)
    speeds = model.config["text_config"]["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
    query, key = torch.zeros(dim), torch.zeros(dim)
    query[:SHARP_PAIRS] = 1
    # The key is turned one position ahead: the product is largest where the distance is 1.
    key[:SHARP_PAIRS], key[half : half + SHARP_PAIRS] = speeds[:SHARP_PAIRS].cos(), speeds[:SHARP_PAIRS].sin()
    rows = lambda head: slice(head * dim, (head + 1) * dim)
    kv_rows = lambda part, head: rows(head // (part.heads // part.kv_heads))
    first.q_proj.weight[rows(PREVIOUS)] = sharpness * query[:, None].to(device) * common
    first.k_proj.weight[kv_rows(first, PREVIOUS)] = sharpness * key[:, None].to(device) * common
    # What it reads goes to directions of its own, where the second head's keys find it.
    reader, place = orthonormal(dim, hidden, generator).to(device), orthonormal(dim, hidden, generator).to(device)
    reader -= (reader @ common)[:, None] * common
    first.v_proj.weight[kv_rows(first, PREVIOUS)] = reader
    first.o_proj.weight[:, rows(PREVIOUS)] = place.T * 0.25
    slow = torch.zeros(dim, device=device)
    slow[half - SLOW_PAIRS : half] = slow[dim - SLOW_PAIRS :] = 1
    second.q_proj.weight[rows(INDUCTION)] = match * slow[:, None] * reader
    second.k_proj.weight[kv_rows(second, INDUCTION)] = match * slow[:, None] * place
    second.v_proj.weight[kv_rows(second, INDUCTION)] = reader
    second.o_proj.weight[:, rows(INDUCTION)] = reader.T * copy


@torch.no_grad()
def balance_image_rows(model, pictures):
    """Image rows as large as embeddings: much larger ones would drown what the layers add to them."""
    rows, last = model.image_rows(pictures), model.multi_modal_projector.linear_2
    scale = model.language_model.model.embed_tokens.weight.square().mean().sqrt() / rows.square().mean().sqrt()
    last.weight.mul_(scale)
    last.bias.mul_(scale)
