"""Held-out items as JSON lines, for an evaluation outside of Python: python3 training/write_items.py OUT.jsonl --rows 1 --items 40

{"row", "goal", "messages", "image" (PNG, base64; where there is one), "answer", "contains" (words; stories)}. Right is: word
for word `answer`; where "contains" is given, all its words, an end of its own and no eight words in a row twice."""

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


def line(row, item):
    result = {"row": row, "goal": GOALS.get(row, 0.9), "messages": messages(item)}
    if item.image is not None:
        result["image"] = base64.b64encode(png(item.image)).decode()
    result["answer"] = item.turns[-1][1]
    words = wanted_words(item)
    return json.dumps({**result, "contains": words} if words else result, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--stage", type=int, default=2, help="whose answers")
    parser.add_argument("--rows", type=int, default=1, help="1: the rows of the first stage, 2: those that the second adds")
    parser.add_argument("--items", type=int, default=40)
    args = parser.parse_args()
    rows = [pair for pair in ROWS[args.stage].items() if (pair[0] in ROWS[1]) == (args.rows == 1)]
    lines = [line(row, item) for row, maker in rows for item in held_items(row, maker, args.items)]
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} items, {args.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
