"""Held-out items as JSON, for an evaluation outside of Python: python3 training/write_items.py OUT.json --stage 1 --items 40

{"rows": {row: {"goal", "items": [{"messages", "image" (index) or null, "answer", "contains" (words) or null}]}},
 "images": [PNG, base64]}. Right is: word for word `answer`; where "contains" is given, all its words, an end of its own
and no eight words in a row twice."""

import argparse
import base64
import json
import pathlib
import re

from evaluate import held_items
from goldens import messages, png
from mixture import GOALS, ROWS


def wanted_words(item):
    """What a story was asked for, read back from the request; None for items that are compared word for word."""
    if item.judge is None:
        return None
    request = re.split(r" about | with ", item.turns[-1][0], maxsplit=1)[1].rstrip(".?")
    return [re.sub(r"^(a|an) ", "", part) for part in re.split(r", | and ", request)]


def row_items(row, maker, count, images):
    result = []
    for item in held_items(row, maker, count):
        index = None
        if item.image is not None:
            index = len(images)
            images.append(base64.b64encode(png(item.image)).decode())
        result.append({"messages": messages(item), "image": index, "answer": item.turns[-1][1], "contains": wanted_words(item)})
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--stage", type=int, default=1)
    parser.add_argument("--items", type=int, default=40)
    args = parser.parse_args()
    images = []
    rows = {row: {"goal": GOALS.get(row, 0.9), "items": row_items(row, maker, args.items, images)} for row, maker in ROWS[args.stage].items()}
    args.out.write_text(json.dumps({"stage": args.stage, "rows": rows, "images": images}, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{args.out.stat().st_size:,} bytes, {len(images)} pictures")


if __name__ == "__main__":
    main()
