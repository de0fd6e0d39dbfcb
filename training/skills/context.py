"""Learn in context: a mapping or a sentiment from a few examples, with words that mean nothing outside of them."""

from .item import Item, article
from .words import ANIMALS, FOODS, OBJECTS, is_held, made_up_list

VALUES = [
    "red blue green yellow black white pink orange".split(), "cat dog bird fish frog owl".split(), "one two three four five six".split(),
    "big small old new fast slow".split(), "sun moon star rain snow wind".split(), "bread cheese soup rice honey".split(),
    "good bad".split(), "yes no".split(), "left right".split(), "hot cold".split(), "up down".split(), "a b c d e".split(),
]  # fmt: skip
ARROWS = [" -> ", ": ", " = ", " => "]
GOOD = "good great lovely wonderful fine nice perfect delicious beautiful excellent".split()
BAD = "bad awful terrible broken boring ugly horrible poor sad dreadful".split()
LABELS = [("positive", "negative"), ("good", "bad"), ("happy", "sad"), ("yes", "no"), ("up", "down")]
REVIEWS = ["the {o} was {w}", "{a_w} {o}", "what {a_w} {o}", "this {o} is {w}", "I had {a_w} {o}", "the {a} was {w}", "{w} {o}"]


def line(separator, key, value):
    return f"{key}{separator}{value}".rstrip()


def pairs(rng, held, count):
    """Made-up words, each with a value."""
    keys, values = made_up_list(rng, held, count), rng.choice(VALUES)
    values = made_up_list(rng, held, count) if rng.random() < 0.15 else [rng.choice(values) for _ in range(count)]
    return list(zip(keys, values))


def mapping(rng, held):
    """lup -> red, mig -> blue, lup -> : two to five pairs, some shown twice, then one of them asked."""
    shots = shown = pairs(rng, held, rng.choice((2, 2, 3, 3, 4, 5)))
    if rng.random() < 0.3:
        shots = shown + rng.sample(shown, rng.randint(1, len(shown)))
        rng.shuffle(shots)
    return ask(rng, shots, *rng.choice(shots))


def ask(rng, shots, key, value):
    """Commas or lines, one of the arrows; the question ends with the arrow."""
    arrow, between = rng.choice(ARROWS), rng.choice((", ", "\n", "; "))
    text = between.join([line(arrow, k, v) for k, v in shots] + [line(arrow, key, "")])
    return Item([(text, value)])


def review(rng, held, words):
    while True:
        o, a, w = rng.choice(OBJECTS + FOODS), rng.choice(ANIMALS), rng.choice(words)
        text = rng.choice(REVIEWS).format(o=o, a=a, w=w, a_w=article(w))
        if is_held(text) == held and "-" not in text:
            return text


def two_labels(rng, held):
    """Of good and of bad reviews; they may be swapped or made up."""
    labels = list(rng.choice(LABELS)) if rng.random() < 0.7 else made_up_list(rng, held, 2)
    return labels[::-1] if rng.random() < 0.3 else labels


def sentiment(rng, held):
    """Two or three reviews with labels; the third or fourth asks."""
    labels = two_labels(rng, held)
    kinds = [0, 1] + ([rng.randrange(2)] if rng.random() < 0.5 else [])
    rng.shuffle(kinds)
    shots = [(review(rng, held, (GOOD, BAD)[kind]), labels[kind]) for kind in kinds]
    asked = rng.randrange(2)
    return ask(rng, shots, review(rng, held, (GOOD, BAD)[asked]), labels[asked])


def long_shots(rng):
    """For training: a long list of examples as [(text, is it told by the lines before?)]; the last is a question without its value.
    Every value that can be known is learned, not the answer alone: one question at the end of a list teaches too little."""
    arrow, between = rng.choice(ARROWS), rng.choice((",", "\n", ";"))
    if rng.random() < 0.6:
        shots = pairs(rng, False, rng.randint(2, 6))
        draw = lambda: rng.choice([(key, value, key) for key, value in shots])
    else:
        labels = two_labels(rng, False)
        draw = lambda: rng.choice([(review(rng, False, words), label, label) for words, label in zip((GOOD, BAD), labels)])
    parts, seen, known = [], set(), False
    count = rng.randint(6, 24)
    while count > 0 or not known:
        key, value, source = draw()
        known = source in seen
        seen.add(source)
        count -= 1
        front = (between + ("" if between == "\n" else " ")) if parts else ""
        parts += [(front + line(arrow, key, ""), False), (" " + value, known)]
    return parts


def context(rng, held):
    return (sentiment if rng.random() < 0.35 else mapping)(rng, held)
