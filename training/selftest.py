"""Two minutes that show whether the scripts work here: python3 training/selftest.py TOKENIZER.json"""

import argparse
import random
import re
import tempfile
import time
from pathlib import Path

import torch
from torch.nn import functional as F

import align
import odd_colours
import safetensors_file
import vision_warmup
from conversations import IGNORE, encode_item, encode_prompt, stack
from config import BOS, CONFIG
from generate import answer_items, greedy
from mixture import ROWS, TRAIN
from model import Pane
from optimizer import Optimizer
from skills import lists, look, talk
from tokenizer import load_tokenizer
from world import HELD_OUT, Shape


def check_tokenizer(tokenizer):
    for text in ("Reverse: k t m q", "27 + 48 = 75", "naïve 日本語 🙂\n\n  x_1", "don't"):
        assert tokenizer.decode(tokenizer.encode(text)) == text, text
    assert len(tokenizer.encode(" q")) == len(tokenizer.encode("7")) == 1


def check_judges():
    """Every generator accepts its own answers, held out or not."""
    rng = random.Random(2)
    for row, maker in ROWS[2].items():
        for held in (False, True) * 30:
            item = maker(rng, held)
            assert item.is_right(item.turns[-1][1]), (row, item.turns)


def check_phrasings():
    """No phrasing that is held out is among those for training."""
    pairs = [pair for module in (look, lists) for pair in module.ASK.values()]
    pairs += [(block["?"], block["!"]) for block in talk.EXPLAIN + talk.CONVERSE]
    pairs += [(talk.UNKNOWN, talk.UNKNOWN_HELD), (talk.NOUN_QUESTIONS, talk.NOUN_QUESTIONS_HELD)]
    bare = lambda text: re.sub(r"[^\w{} ]", "", text).lower()
    for known, held in pairs:
        assert not {*map(bare, known)} & {*map(bare, held)}, (known, held)


def check_held_out_pairs():
    """No picture of training has a held-out pair of colour and kind, and nothing that training asks for denies one of them."""
    drawn, make = [], Shape.__init__

    def recorded(self, rng, pair, *rest):
        drawn.append((self, tuple(pair)))
        make(self, rng, pair, *rest)

    Shape.__init__ = recorded
    try:
        rng = random.Random(6)
        for source in (align.pictures, odd_colours.pictures, vision_warmup.picture_batch):
            source(rng, 100)
        odd = [(odd_colours.nearest_colour(shape.rgb), shape.shape) for shape, _ in drawn]
        for maker, _ in TRAIN[1] + TRAIN[2]:
            items = [maker(rng, False) for _ in range(200)]
            for question, answer in (turn for item in items for turn in item.turns):
                denied = answer == "No." or ": no" in answer or answer.startswith(("There are no ", "I see no "))
                assert not denied or not any(c in question and k in question for c, k in HELD_OUT), (question, answer)
    finally:
        Shape.__init__ = make
    assert len(drawn) > 1000 and not HELD_OUT.intersection(pair for _, pair in drawn)
    assert not HELD_OUT.intersection(odd)


def check_cache(model, tokenizer, items):
    """Decoding with the cache gives the same tokens as whole forwards do."""
    prompts = [encode_prompt(tokenizer, item) for item in items]
    images = [item.pictures for item in items]
    for prompt, pictures, answer in zip(prompts, images, greedy(model, prompts, images, 8)):
        ids, pixels = list(prompt), torch.from_numpy(stack(pictures))
        for token in answer:
            with torch.no_grad():
                assert int(model.logits(model(torch.tensor([ids]), pixels)[0, -1]).argmax()) == token
            ids.append(token)


def overfit(model, tokenizer, items, steps=120):
    optimizer = Optimizer(model.named_parameters(), 2e-3, 4e-3)
    rows = []
    for item in items:
        ids, labels = [BOS], [IGNORE]
        encode_item(tokenizer, item, ids, labels)
        rows.append((torch.tensor([ids]), torch.tensor(labels), torch.from_numpy(stack(item.pictures))))
    for step in range(steps):
        losses = []
        for ids, labels, pixels in rows:
            hidden = model(ids, pixels)[0]
            losses.append(F.cross_entropy(model.logits(hidden[labels != IGNORE]), labels[labels != IGNORE]))
        loss = sum(losses) / len(losses)
        loss.backward()
        optimizer.step(min(1.0, (step + 1) / 20))
        if loss.item() < 0.003:
            break
    print(f"loss {loss.item():.4f} after {step + 1} steps")
    return answer_items(model, tokenizer, items, encode_prompt)


def check_file(model):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "weights.safetensors"
        safetensors_file.write(path, model.state_dict())
        again = safetensors_file.load_into(Pane(), path).state_dict()
        check_growth(model, path)
    assert all(torch.equal(value, again[name]) for name, value in model.state_dict().items())


@torch.no_grad()
def check_growth(model, path):
    """A model with one more layer resumes from the file and computes the same at first."""
    text = {**CONFIG["text_config"], "num_hidden_layers": CONFIG["text_config"]["num_hidden_layers"] + 1}
    deeper = safetensors_file.grow_into(Pane({**CONFIG, "text_config": text}), path)
    ids = torch.arange(7, 40)[None]
    assert torch.allclose(model(ids), deeper(ids), atol=1e-5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tokenizer")
    tokenizer = load_tokenizer(parser.parse_args().tokenizer)
    torch.manual_seed(3)
    start, rng, model = time.time(), random.Random(4), Pane()
    check_tokenizer(tokenizer)
    check_judges()
    check_phrasings()
    check_held_out_pairs()
    items = [ROWS[1][row](rng, True) for row in ("look: colour", "look: place", "look: count", "repeat", "explain", "converse")]
    check_cache(model, tokenizer, items)
    texts = overfit(model, tokenizer, items)
    assert all(text is not None and item.is_right(text) for item, text in zip(items, texts)), texts
    check_cache(model, tokenizer, items)
    check_file(model)
    print(f"all checks passed in {time.time() - start:.0f} s with torch {torch.__version__}")


if __name__ == "__main__":
    main()
