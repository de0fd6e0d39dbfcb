"""Repeat, reverse, sort and find in lists of letters, digits, words and made-up words."""

from .item import Item
from .words import LIST_WORDS, made_up_list

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]

ASK = {
    "repeat": (
        ["Repeat: {l}", "Repeat after me: {l}", "Say again: {l}", "Copy: {l}", "Repeat this: {l}", "Say: {l}"],
        ["Please repeat: {l}", "Repeat these: {l}", "Copy this: {l}"],
    ),
    "reverse": (
        ["Reverse: {l}", "Reverse this: {l}", "Say backwards: {l}", "Write backwards: {l}", "Turn around: {l}"],
        ["Please reverse: {l}", "Reverse these: {l}", "Backwards, please: {l}"],
    ),
    "sort": (
        ["Sort: {l}", "Sort this: {l}", "Put in order: {l}", "Sort these: {l}", "Bring into order: {l}"],
        ["Please sort: {l}", "Put these in order: {l}", "Order this: {l}"],
    ),
    "after": (["What comes after {x} in: {l}?", "Which comes after {x}: {l}?"], ["What follows {x} in: {l}?", "After {x}, what comes in: {l}?"]),
    "before": (["What comes before {x} in: {l}?", "Which comes before {x}: {l}?"], ["What is before {x} in: {l}?", "Before {x}, what comes in: {l}?"]),
    "nth": (["What is the {n} of: {l}?", "Which is the {n} of: {l}?", "What is {n} in: {l}?"], ["Tell me the {n} of: {l}", "Find the {n} of: {l}"]),
    "where": (["Find {x} in: {l}", "Where is {x} in: {l}?", "Which place has {x} in: {l}?"], ["Please find {x} in: {l}", "Look for {x} in: {l}"]),
    "has": (["Is {x} in: {l}?", "Is there {x} in: {l}?"], ["Do you see {x} in: {l}?", "Can you find {x} in: {l}?"]),
}


def ask(rng, held, key, **slots):
    return rng.choice(ASK[key][1 if held else 0]).format(**slots)


def draw(rng, held, count, distinct=False):
    """A list of one kind; letters are the most frequent."""
    kind = rng.choices(("letters", "words", "made up", "digits"), weights=(5, 5, 2, 1))[0]
    if kind == "made up":
        return made_up_list(rng, held, count)
    pool = {"letters": LETTERS, "words": LIST_WORDS, "digits": "0123456789"}[kind]
    if distinct:
        return rng.sample(pool, min(count, len(pool)))
    return [rng.choice(pool) for _ in range(count)]


def join(rng, items):
    return (", " if rng.random() < 0.15 else " ").join(items)


def repeat(rng, held):
    text = join(rng, draw(rng, held, rng.randint(1, 12)))
    return Item([(ask(rng, held, "repeat", l=text), text)])


def reverse(rng, held):
    items = draw(rng, held, rng.choice((2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12)))
    return Item([(ask(rng, held, "reverse", l=" ".join(items)), " ".join(reversed(items)))])


def sort(rng, held):
    """Letters and digits, or words of the list: made-up words would need spelling out."""
    pool = rng.choices((LETTERS, LIST_WORDS, "0123456789"), weights=(4, 3, 1))[0]
    most = 10 if pool is LETTERS else 6
    items = rng.sample(pool, rng.randint(2, most))
    return Item([(ask(rng, held, "sort", l=" ".join(items)), " ".join(sorted(items)))])


def find(rng, held):
    items = draw(rng, held, rng.randint(2, 10), distinct=True)
    text, last = " ".join(items), len(items) - 1
    kind = rng.choice(("after", "before", "nth", "where", "has"))
    if kind == "nth":
        place = rng.randint(0, min(last, len(ORDINALS) - 1))
        word = "last" if rng.random() < 0.2 else ORDINALS[place]
        return Item([(ask(rng, held, kind, n=word, l=text), items[-1] if word == "last" else items[place])])
    if kind in ("after", "before"):
        place = rng.randint(0, last - 1)
        x, answer = (items[place], items[place + 1]) if kind == "after" else (items[place + 1], items[place])
        return Item([(ask(rng, held, kind, x=x, l=text), answer)])
    place = rng.randint(0, last)
    if kind == "where":
        return Item([(ask(rng, held, kind, x=items[place], l=text), f"It is number {place + 1}.")])
    inside = rng.random() < 0.5
    missing = [x for x in draw(rng, held, 10, distinct=True) if x not in items]
    x = items[place] if inside or not missing else missing[0]
    return Item([(ask(rng, held, kind, x=x, l=text), "Yes." if x in items else "No.")])


