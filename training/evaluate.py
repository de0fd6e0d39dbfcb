"""Greedy answers on held-out items, skill by skill, and the scores of attention heads.

    python3 training/evaluate.py DIR [--stage 1] [--items 200] [--show 3] [--level q4_0] [--json FILE]
DIR holds model.safetensors and tokenizer.json."""

import argparse
import json
import math
import pathlib
import random
import zlib

import torch

from config import BOS, SPECIAL_TOKENS
from conversations import encode_prompt
from generate import answer_items
from mixture import GOALS, ROWS
from model import Pane, rotate
from quantize import quantized
from safetensors_file import load_into
from tokenizer import load_tokenizer


def wilson(right, total, z=1.96):
    """95 % interval of a share."""
    p = right / total
    middle = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return (middle - spread) / (1 + z * z / total), (middle + spread) / (1 + z * z / total)


def held_items(row, maker, count):
    rng = random.Random(zlib.crc32(row.encode()))
    return [maker(rng, True) for _ in range(count)]


def evaluate_row(model, tokenizer, row, maker, count):
    items = held_items(row, maker, count)
    texts = answer_items(model, tokenizer, items, encode_prompt)
    right = [text is not None and item.is_right(text) for item, text in zip(items, texts)]
    misses = [(item.turns[-1], text) for item, text, good in zip(items, texts, right) if not good]
    low, high = wilson(sum(right), count)
    result = {"row": row, "right": sum(right), "items": count, "share": sum(right) / count, "low": low, "high": high}
    return {**result, "goal": GOALS.get(row, 0.9)}, misses


def evaluate(model, tokenizer, stage, count, show=0):
    model.eval()
    results = []
    for row, maker in ROWS[stage].items():
        result, misses = evaluate_row(model, tokenizer, row, maker, count)
        results.append(result)
        mark = "ok" if result["share"] >= result["goal"] else "short"
        interval = f"{result['low']:.1%} .. {result['high']:.1%}"
        print(f"{row:18} {result['share']:7.1%}  [{interval}]  goal {result['goal']:.0%} {mark}", flush=True)
        for (question, expected), got in misses[:show]:
            print(f"    {question!r}\n      expected {expected!r}\n      got      {got!r}")
    model.train()
    return results


@torch.no_grad()
def head_scores(model, sequences=16, half=40, seed=7):
    """Random tokens twice. Induction: mass on the token after the previous occurrence; previous: mass on the token
    before; both averaged over the second half, position 0 never counted. [layers][heads] each."""
    rng = random.Random(seed)
    first = [[rng.randrange(len(SPECIAL_TOKENS), model.config["text_config"]["vocab_size"]) for _ in range(half)] for _ in range(sequences)]
    ids = torch.tensor([[BOS, *row, *row] for row in first], device=next(model.parameters()).device)
    text = model.language_model.model
    x, length = text.embed_tokens(ids), ids.shape[1]
    rope = text.cos[:length], text.sin[:length]
    induction, previous = [], []
    rows = torch.arange(half + 1, length)
    for layer in text.layers:
        pattern = attention_pattern(layer, x, rope)
        induction.append(pattern[:, :, rows, rows - half + 1].mean((0, 2)).tolist())
        previous.append(pattern[:, :, rows, rows - 1].mean((0, 2)).tolist())
        x = layer(x, rope)
    return induction, previous


def attention_pattern(layer, x, rope):
    """[B, H, T, T]"""
    part = layer.self_attn
    x = layer.input_layernorm(x)
    q = rotate(part.q_proj(x).unflatten(-1, (part.heads, part.dim)).transpose(1, 2), *rope)
    k = rotate(part.k_proj(x).unflatten(-1, (part.kv_heads, part.dim)).transpose(1, 2), *rope)
    scores = q @ k.repeat_interleave(part.heads // part.kv_heads, 1).transpose(-1, -2) * part.dim**-0.5
    hidden = torch.ones_like(scores[0, 0], dtype=torch.bool).triu(1)
    return scores.masked_fill(hidden, -1e4).softmax(-1)


def print_heads(model):
    best = {}
    for name, scores in zip(("induction", "previous token"), head_scores(model)):
        value, layer, head = max((v, i, j) for i, row in enumerate(scores) for j, v in enumerate(row))
        print(f"best {name} head: layer {layer} head {head}, {value:.2f}", flush=True)
        best[name] = {"layer": layer, "head": head, "score": value}
    return best


def load(directory):
    directory = pathlib.Path(directory)
    return load_into(Pane(), directory / "model.safetensors").eval(), load_tokenizer(directory / "tokenizer.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--stage", type=int, default=1)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--level", choices=("q8_0", "q4_0"), help="with weights rounded to this format; default: as they are")
    parser.add_argument("--json")
    args = parser.parse_args()
    model, tokenizer = load(args.directory)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    with quantized(model, args.level):
        results = {"rows": evaluate(model, tokenizer, args.stage, args.items, args.show), "heads": print_heads(model)}
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
