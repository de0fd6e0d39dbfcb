"""A second set of unseen wordings, written when the training data was done and each asked once, and questions about a picture
where there is none: python3 training/evaluate_second.py DIR [--show 3]"""

import argparse
import random

from conversations import encode_prompt
from evaluate import load, wilson
from generate import answer_items
from skills import look, talk
from skills.item import Item


def second_set():
    """{row: [Item]}; lines of data/second.txt are "id: question"."""
    rows = {"explain": [], "converse": []}
    answers = {block["id"]: ("explain", block["="][2]) for block in talk.EXPLAIN}
    answers |= {block["id"]: ("converse", block["="][2]) for block in talk.CONVERSE}
    for line in (talk.DATA / "second.txt").read_text(encoding="utf-8").splitlines():
        name, _, question = line.partition(": ")
        row, answer = answers[name]
        rows[row].append(Item([(question, answer)]))
    rng = random.Random(900)
    return {**rows, "no picture": [look.blind(rng, True) for _ in range(40)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    model, tokenizer = load(args.directory)
    for row, items in second_set().items():
        texts = answer_items(model, tokenizer, items, encode_prompt)
        missed = [(item.turns[-1], text) for item, text in zip(items, texts) if text is None or not item.is_right(text)]
        low, high = wilson(len(items) - len(missed), len(items))
        print(f"{row}: {len(items) - len(missed)} of {len(items)}  [{low:.0%} .. {high:.0%}]")
        for (question, expected), got in missed[: args.show]:
            print(f"    {question!r}\n      expected {expected!r}\n      got      {got!r}")


if __name__ == "__main__":
    main()
