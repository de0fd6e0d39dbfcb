"""Curves of a run as a picture: python3 training/plot.py OUT.svg LOG.jsonl [LOG.jsonl ...]

Logs are drawn one after the other, as runs that went on from each other's weights."""

import argparse
import json
import math
import pathlib

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 320, 56, 20, 34, 44


def points(paths):
    """[(minutes, loss)] of training, minutes of earlier runs added."""
    found, before = [], 0.0
    for path in paths:
        lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
        found += [(before + line["minutes"], line["loss"]) for line in lines if line.get("phase") == "train"]
        before += lines[-1]["minutes"]
    return found


def nice_steps(most, wanted=6):
    raw = most / wanted
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= raw)
    return [step * i for i in range(int(most / step) + 1)]


def svg(curve):
    longest = max(x for x, _ in curve)
    low, high = min(y for _, y in curve), max(y for _, y in curve)
    low, high = math.log10(low) - 0.05, math.log10(high) + 0.05
    to_x = lambda x: LEFT + x / longest * (WIDTH - LEFT - RIGHT)
    to_y = lambda y: HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
    text = lambda x, y, s, anchor="middle": f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{s}</text>'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#555">']
    parts.append("<title>Loss during training</title>")
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
    parts.append(text(LEFT, 18, "Loss on the assistant's tokens (nats, logarithmic)", "start"))
    for x in nice_steps(longest):
        parts.append(text(to_x(x), HEIGHT - BOTTOM + 18, f"{x:g}"))
    parts.append(text(WIDTH / 2, HEIGHT - 8, "minutes of training"))
    for y in (m * 10**e for e in range(-3, 2) for m in (1, 2, 5)):
        if low <= math.log10(y) <= high:
            parts.append(f'<path d="M{LEFT} {to_y(y):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>' + text(LEFT - 8, to_y(y) + 4, f"{y:g}", "end"))
    line = " ".join(f"{to_x(x):.1f},{to_y(y):.1f}" for x, y in curve)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#0f6e78" stroke-width="1.5"/></svg>')
    return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("logs", nargs="+")
    args = parser.parse_args()
    args.out.write_text(svg(points(args.logs)), encoding="utf-8")


if __name__ == "__main__":
    main()
