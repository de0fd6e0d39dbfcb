"""Scenes of coloured shapes and their renderer. world.json holds every number, so that the app can draw the same."""

import json
import pathlib

import numpy as np

WORLD = json.loads((pathlib.Path(__file__).parent / "world.json").read_text())
SIZE = WORLD["imageSize"]
SHAPES = list(WORLD["shapes"])
COLOURS = list(WORLD["colours"])
PLACES = WORLD["grid"]["names"]
CELL = WORLD["grid"]["cell"]
HELD_OUT = {tuple(pair) for pair in WORLD["heldOutPairs"]}
PAIRS = [(c, s) for c in COLOURS for s in SHAPES]
SEEN_PAIRS = [pair for pair in PAIRS if pair not in HELD_OUT]


class Shape:
    """One shape of a scene: kind, colour, size word, cell of the 3 x 3 grid, and how it is drawn."""

    __slots__ = ("shape", "colour", "size", "cell", "x", "y", "radius", "angle", "stretch", "outline", "rgb")

    def __init__(self, rng, pair, cell, span, size=None, free=False):
        self.colour, self.shape = pair
        self.size = size or rng.choice(("small", "large"))
        self.radius = rng.uniform(*span[self.size])
        self.cell = cell
        jitter = WORLD["grid"]["jitter"]
        # A shape stays inside the picture by half its radius at least.
        low, high = self.radius * 0.8, SIZE - self.radius * 0.8
        place = lambda k: min(max((k + 0.5) * CELL + rng.uniform(-jitter, jitter), low), high)
        self.x, self.y = place(cell % 3), place(cell // 3)
        self.angle = np.deg2rad(rng.uniform(-1, 1) * WORLD["rotationDegrees"])
        self.stretch = 1 + rng.uniform(-1, 1) * WORLD["stretch"]
        self.outline = self.radius > WORLD["outlineFromRadius"] and rng.random() < WORLD["outlineShare"]
        near = WORLD["colourJitter"]
        self.rgb = [min(max(c + rng.uniform(-near, near), 0), 255) for c in WORLD["colours"][self.colour]]

    @property
    def place(self):
        return PLACES[self.cell]


def apart_pairs(rng, count):
    """`count` pairs whose kinds and colours make up no held-out pair, whichever belongs to which."""
    chosen = []
    while len(chosen) < count:
        more = [*chosen, rng.choice(SEEN_PAIRS)]
        colours, kinds = zip(*more)
        if not any(colour in colours and kind in kinds for colour, kind in HELD_OUT):
            chosen = more
    return chosen


def make_scene(rng, count, pairs=SEEN_PAIRS, force=None, apart=False):
    """`count` shapes that do not touch, in reading order of their cells; `force`: a pair that must occur; `apart`: apart_pairs."""
    span = WORLD["single"] if count == 1 else WORLD["sizes"]
    chosen = apart_pairs(rng, count) if apart else [rng.choice(pairs) for _ in range(count)]
    if force:
        chosen[0] = force
    # A size that fits nowhere is drawn anew: five large shapes do not always fit.
    while True:
        shapes, cells = [], rng.sample(range(9), count)
        for pair, cell in zip(chosen, cells):
            for _ in range(6):
                new = Shape(rng, pair, cell, span)
                if not any(touches(new, old) for old in shapes):
                    shapes.append(new)
                    break
        if len(shapes) == count and in_cells(shapes):
            return sorted(shapes, key=lambda s: s.cell)


def touches(a, b):
    return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < ((a.radius + b.radius) * 1.1 + 1) ** 2


def in_cells(shapes):
    """Big single shapes are pushed inwards: keep only those whose centre is still in the cell they are named after."""
    return all(int(s.x // CELL) + 3 * int(s.y // CELL) == s.cell for s in shapes)


def distance(kind, u, v):
    """Signed distance to the outline in units of the radius, negative inside; u, v [..., SIZE, SIZE]."""
    a, b = np.abs(u), np.abs(v)
    if kind == "circle":
        return np.sqrt(u * u + v * v) - 1
    if kind == "square":
        return np.maximum(a, b) - 0.88
    if kind == "triangle":
        return np.maximum(v - 0.75, (1.75 * a - (v + 1)) / 2.0156)
    if kind == "diamond":
        return (a / 0.72 + b - 1.12) / 1.7115
    if kind == "cross":
        return np.minimum(np.maximum(a - 0.34, b - 1), np.maximum(a - 1, b - 0.34))
    return star_distance(u, v)


def star_distance(u, v):
    """Folds the plane onto one tenth of the star: the line from an outer corner (R, 0) to the inner one at 36 degrees."""
    outer, inner, step = 1.12, 0.46, np.pi / 5
    angle = np.abs((np.arctan2(u, -v) + step) % (2 * step) - step)
    length = np.sqrt(u * u + v * v)
    x, y = length * np.cos(angle), length * np.sin(angle)
    dx, dy = inner * np.cos(step) - outer, inner * np.sin(step)
    return (dy * (x - outer) - dx * y) / np.hypot(dx, dy)


GRID_Y, GRID_X = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5, indexing="ij")
GRID_X, GRID_Y = GRID_X.astype(np.float32), GRID_Y.astype(np.float32)


def background(rng):
    world = WORLD["background"]
    level = rng.uniform(world["minimum"], 255)
    rgb = np.array([level + rng.uniform(-1, 1) * world["tint"] for _ in range(3)], np.float32)
    slope = (GRID_X * rng.uniform(-1, 1) + GRID_Y * rng.uniform(-1, 1)) * (world["gradient"] / SIZE)
    return rgb + slope[..., None]


def render(rng, shapes, softness=None):
    """Picture of a scene, uint8 [SIZE, SIZE, 3]. Coverage = clip(1/2 - distance / softness, 0, 1), painted in order."""
    picture = background(rng)
    soft = softness or rng.uniform(*WORLD["edgeSoftness"])
    for s in shapes:
        # Only the square around the shape is touched: 1.4 covers corners, turned and stretched.
        reach = s.radius * 1.4 + 2
        x0, x1 = max(int(s.x - reach), 0), min(int(s.x + reach) + 1, SIZE)
        y0, y1 = max(int(s.y - reach), 0), min(int(s.y + reach) + 1, SIZE)
        dx, dy = GRID_X[y0:y1, x0:x1] - s.x, GRID_Y[y0:y1, x0:x1] - s.y
        cos, sin = np.float32(np.cos(s.angle)), np.float32(np.sin(s.angle))
        u, v = (cos * dx + sin * dy) / (s.radius * s.stretch), (cos * dy - sin * dx) * s.stretch / s.radius
        d = distance(s.shape, u, v) * s.radius
        if s.outline:
            d = np.abs(d + 1.2) - 1.2
        cover = np.clip(0.5 - d / soft, 0, 1)[..., None]
        part = picture[y0:y1, x0:x1]
        part += cover * (np.array(s.rgb, np.float32) - part)
    return finish(rng, picture)


def finish(rng, picture):
    """A little noise, as photographs and lossy files have, then bytes."""
    noise = rng.choice((0, 0, 2, 4))
    if noise:
        seed = np.random.Generator(np.random.PCG64(rng.getrandbits(32)))
        picture = picture + seed.standard_normal(picture.shape, np.float32) * noise
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def render_unknown(rng):
    """A picture without known shapes: smooth colours, noise, stripes or scribbles."""
    seed = np.random.Generator(np.random.PCG64(rng.getrandbits(32)))
    kind = rng.randrange(4)
    if kind == 0:
        coarse = seed.uniform(0, 255, (rng.choice((4, 6, 8, 12)),) * 2 + (3,))
        picture = coarse.repeat(SIZE // coarse.shape[0], 0).repeat(SIZE // coarse.shape[0], 1)
        for _ in range(rng.randrange(1, 6)):
            picture = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1) + np.roll(picture, -1, 1)) / 4
    elif kind == 1:
        picture = seed.uniform(0, 255, (SIZE, SIZE, 3))
    elif kind == 2:
        wave = np.sin((GRID_X * rng.uniform(-1, 1) + GRID_Y * rng.uniform(-1, 1)) * rng.uniform(0.3, 1.5))
        a, b = seed.uniform(0, 255, (2, 3))
        picture = (a + (b - a) * (wave[..., None] * 0.5 + 0.5))
    else:
        picture = background(rng)
        steps = np.cumsum(seed.normal(0, 2.2, (rng.randrange(60, 200), 2)), 0) + SIZE / 2
        for x, y in steps % SIZE:
            picture[max(int(y) - 1, 0) : int(y) + 1, max(int(x) - 1, 0) : int(x) + 1] = seed.uniform(0, 160, 3)
    return finish(rng, picture.astype(np.float32))
