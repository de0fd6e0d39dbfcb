"""Greedy answers and logits of an exported model in PyTorch float32, to hold another runtime against.

    python3 training/goldens.py DIR OUT.json
A case: messages as the chat template takes them, the picture as PNG (base64), ids with the image token once per
visual token, logits of the last prompt position (ten best; all of them in the first case of each kind), greedy ids
with the end token, greedy text, and the smallest margin between best and second best logit on the way."""

import argparse
import base64
import json
import pathlib
import random
import struct
import zlib

import torch

from config import CONTEXT_LENGTH, END
from conversations import encode_prompt, stack
from evaluate import load
from skills import context, follow, lists, look, stories, sums, talk
from skills.item import Item


def png(picture):
    """8-bit RGB PNG of uint8 [H, W, 3]; each byte is stored as the difference to the pixel on its left (filter 1)."""
    height, width, _ = picture.shape
    change = picture.copy()
    change[:, 1:] -= picture[:, :-1]
    rows = b"".join(b"\1" + row.tobytes() for row in change)
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def messages(item):
    result = [{"role": "system", "content": item.system}] if item.system else []
    for number, (question, answer) in enumerate(item.turns):
        text = {"type": "text", "text": question}
        has_image = item.image is not None and number == 0
        result.append({"role": "user", "content": [{"type": "image"}, text] if has_image else question})
        result.append({"role": "assistant", "content": answer})
    return result[:-1]


def items():
    rng = random.Random(20)
    yield "hello", Item([("Hello!", "")])
    yield "explain", talk.explain(rng, True)
    yield "repeat", lists.repeat(rng, True)
    yield "sort", lists.sort(rng, True)
    yield "picture-describe", look.single("describe")(rng, True)
    yield "picture-colour", look.single("colour")(rng, True)
    scene = look.single("describe")(rng, True)
    yield "picture-two-turns", Item([*scene.turns, ("How many shapes are there?", "")], scene.image)
    others = iter(lambda: look.other_picture(rng, False), None)
    yield "empty-picture", next(item for item in others if item.turns[-1][1] == look.EMPTY)
    yield "story", stories.story(rng, True)
    yield "sum", sums.add(rng, True)
    yield "examples", context.mapping(rng, True)
    yield "fact-before", follow.after_fact(rng, True)
    yield "tone", follow.tone(rng, True)


@torch.no_grad()
def greedy(model, ids, image, most=180):
    """No cache here: every step is a full forward, so that the cache of generate.py is not trusted either."""
    pixels = torch.from_numpy(stack([image] if image is not None else []))
    ids, answer, margins, first = list(ids), [], [], None
    while len(answer) < most and len(ids) < CONTEXT_LENGTH and END not in answer:
        logits = model.logits(model(torch.tensor([ids]), pixels)[0, -1])
        first = logits if first is None else first
        best = logits.topk(2)
        margins.append(float(best.values[0] - best.values[1]))
        answer.append(int(best.indices[0]))
        ids.append(answer[-1])
    return answer, min(margins), first


def case(model, tokenizer, name, item, whole):
    ids = encode_prompt(tokenizer, item)
    answer, margin, logits = greedy(model, ids, item.image)
    best = logits.topk(10)
    fixed = lambda values: [float(f"{value:.7g}") for value in values.tolist()]
    result = {"id": name, "messages": messages(item), "ids": ids, "greedy_ids": answer, "greedy_text": tokenizer.decode(answer)}
    result |= {"min_margin": round(margin, 5), "top10": {"ids": best.indices.tolist(), "logits": fixed(best.values)}}
    if whole:
        result["logits_last"] = fixed(logits)
    if item.image is not None:
        result["png"] = base64.b64encode(png(item.image)).decode()
        rows = model.image_rows(torch.from_numpy(stack([item.image])))[0]
        result["image_rows_first_and_last"] = [fixed(rows[0]), fixed(rows[-1])]
    return result


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    model, tokenizer = load(args.directory)
    wholes = {"hello", "picture-describe"}
    cases = [case(model, tokenizer, name, item, name in wholes) for name, item in items()]
    text = json.dumps({"model": "pane", "cases": cases}, ensure_ascii=False)
    args.out.write_text(text + "\n", encoding="utf-8")
    for one in cases:
        print(f"{one['id']:18} margin {one['min_margin']:8.4f}  {one['greedy_text']!r}")
    print(f"{len(text):,} bytes")


if __name__ == "__main__":
    main()
