"""Starts heads that look up a word in the examples before it: "lup -> red, mig -> blue, lup ->" asks for what stood two tokens
behind the first "lup". Two heads of the first layer look two and three tokens back; two of the second look for the token two
behind an earlier occurrence of what stood one token back (in a list that goes on) or three (in an answer, after the end of
the question and the mark of the assistant). Training alone did not find this in 3 million tokens. Made from the heads that
first_heads.py started, for weights that are trained already; the heads that are replaced did nothing: without them the
loss rose by 0.02 at most.

    python3 training/example_heads.py BEFORE.safetensors AFTER.safetensors --tokenizer FILE"""

import argparse

import torch

import safetensors_file
from conversations import Conversations
from first_heads import INDUCTION, PREVIOUS, SLOW_PAIRS
from model import Pane
from safetensors_file import load_into
from tokenizer import load_tokenizer

# {head of the first layer: how many tokens further back than the previous one it looks}; both of one kv group.
BACK = {7: 1, 6: 2}
# {head of the second layer: how many tokens back stands what it looks for}; both of one kv group, whose keys hold what stands 2 back.
LOOK_UP = {0: 3, 1: 1}
# Score of a match, loudness of what the new heads write beside those they are made from, and how stiff the fits are.
SHARPNESS, WRITE, COPY, RIDGE = 16.0, 0.3, 0.6, 1e-3


def span(head, dim):
    return slice(head * dim, (head + 1) * dim)


def turn(rows, speeds, steps):
    """Rows of a query projection, turned as if the query stood `steps` positions earlier."""
    a, b = rows.chunk(2)
    cos, sin = (speeds * steps).cos()[:, None], (speeds * steps).sin()[:, None]
    return torch.cat((a * cos + b * sin, b * cos - a * sin))


def look_back(layer, speeds, free):
    """free [64, C]: directions that nothing uses, to write to"""
    part, dim = layer.self_attn, layer.self_attn.dim
    group = part.heads // part.kv_heads
    for name in ("k_proj", "v_proj"):
        weight = getattr(part, name).weight
        weight[span(next(iter(BACK)) // group, dim)] = weight[span(PREVIOUS // group, dim)]
    loud = part.o_proj.weight[:, span(PREVIOUS, dim)].norm() / dim**0.5
    for (head, further), place in zip(BACK.items(), free.split(dim)):
        part.q_proj.weight[span(head, dim)] = turn(part.q_proj.weight[span(PREVIOUS, dim)], speeds, further)
        part.o_proj.weight[:, span(head, dim)] = place.T * loud * WRITE


def entering_second(text, ids):
    """[N, T, C] before the second layer's norm"""
    x = text.embed_tokens(ids)
    return text.layers[0](x, (text.cos[: ids.shape[1]], text.sin[: ids.shape[1]]))


def find_words(text, ids):
    """{tokens back: [2 SLOW_PAIRS, C]}: what finds, in the normed input of the second layer, which token stands there, as far as
    the head on the previous token reads it; evenly spread (whitened), so that other tokens fit badly."""
    first, second = text.layers[:2]
    part = first.self_attn
    read = part.v_proj.weight[span(PREVIOUS // (part.heads // part.kv_heads), part.dim)]
    words = (first.input_layernorm(text.embed_tokens(ids)) @ read.T).double()
    flat = words.flatten(0, 1)
    values, vectors = torch.linalg.eigh(torch.cov(flat.T))
    most = vectors[:, -2 * SLOW_PAIRS :] / values[-2 * SLOW_PAIRS :].sqrt()
    words = (words - flat.mean(0)) @ most
    x = second.input_layernorm(entering_second(text, ids)).double()
    finders = {}
    for back in (1, 2, 3):
        inputs, wanted = x[:, 3:].flatten(0, 1), words[:, 3 - back : -back].flatten(0, 1)
        square = inputs.T @ inputs
        square += torch.eye(len(square)) * square.diagonal().mean() * RIDGE
        finders[back] = torch.linalg.solve(square, inputs.T @ wanted).T.float()
        left = (wanted - inputs @ finders[back].double().T).var() / wanted.var()
        print(f"the token {back} back is read but for {left:.1%}")
    return finders


def look_up(layer, finders):
    part, dim = layer.self_attn, layer.self_attn.dim
    group, half = part.heads // part.kv_heads, part.dim // 2
    slow = [*range(half - SLOW_PAIRS, half), *range(dim - SLOW_PAIRS, dim)]
    loud = (SHARPNESS * dim**0.5 / len(slow)) ** 0.5

    def spread(finder):
        rows = torch.zeros(dim, finder.shape[1])
        rows[slow] = finder * loud
        return rows

    kv = span(next(iter(LOOK_UP)) // group, dim)
    part.k_proj.weight[kv] = spread(finders[2])
    part.v_proj.weight[kv] = part.v_proj.weight[span(INDUCTION // group, dim)]
    for head, back in LOOK_UP.items():
        part.q_proj.weight[span(head, dim)] = spread(finders[back])
        part.o_proj.weight[:, span(head, dim)] = part.o_proj.weight[:, span(INDUCTION, dim)] * COPY


@torch.no_grad()
def start_example_heads(model, tokenizer, rows=160, length=96):
    text = model.language_model.model
    source = Conversations(tokenizer, 2, 91)
    # Of rows without pictures, as long as the shortest wanted.
    ids = []
    while len(ids) < rows:
        row, _, images = (source.shots if len(ids) % 2 else source.next)(4 * length)
        if not images and len(row) >= length:
            ids.append(row[:length])
    ids = torch.tensor(ids)
    config = model.config["text_config"]
    half = config["head_dim"] // 2
    speeds = config["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
    before = entering_second(text, ids).flatten(0, 1)
    free = torch.linalg.eigh(before.T @ before)[1][:, : 2 * config["head_dim"]].T
    look_back(text.layers[0], speeds.float(), free)
    look_up(text.layers[1], find_words(text, ids))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--tokenizer", required=True)
    args = parser.parse_args()
    model = load_into(Pane(), args.before)
    start_example_heads(model, load_tokenizer(args.tokenizer))
    safetensors_file.write(args.after, model.state_dict())


if __name__ == "__main__":
    main()
