"""Repeat, reverse, sort and find in lists of letters, digits, words and made-up words."""

from .item import Item
from .words import LIST_WORDS, made_up_list

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]

ASK = {
    "repeat": (
        ["Repeat: {l}", "Repeat after me: {l}", "Say again: {l}", "Copy: {l}", "Repeat this: {l}", "Say: {l}", "Repeat the list: {l}", "Please copy: {l}",
         "Copy these: {l}", "Copy the list: {l}", "Can you repeat: {l}", "Now repeat: {l}", "Please say: {l}", "Say this: {l}", "Say these: {l}",
         "Repeat them: {l}", "Write again: {l}", "Please repeat this: {l}", "Repeat, please: {l}", "Please say again: {l}", "repeat {l}", "Repeat {l}"],
        ["Please repeat: {l}", "Repeat these: {l}", "Copy this: {l}"],
    ),
    "reverse": (
        ["Reverse: {l}", "Reverse this: {l}", "Say backwards: {l}", "Write backwards: {l}", "Turn around: {l}", "Backwards: {l}", "Reverse the list: {l}",
         "Please say backwards: {l}", "Please turn around: {l}", "Turn these around: {l}", "Can you reverse: {l}", "Write this backwards: {l}",
         "Reverse them: {l}", "Now reverse: {l}", "Please reverse this: {l}", "Say these backwards, please: {l}", "Reverse, please: {l}", "reverse {l}", "Reverse {l}"],
        ["Please reverse: {l}", "Reverse these: {l}", "Backwards, please: {l}"],
    ),
    "sort": (
        ["Sort: {l}", "Sort this: {l}", "Put in order: {l}", "Sort these: {l}", "Bring into order: {l}", "Sort the list: {l}", "Put this in order: {l}",
         "Bring these into order: {l}", "Order: {l}", "Order the list: {l}", "Can you sort: {l}", "Please put in order: {l}", "Sort them: {l}",
         "Write in order: {l}", "Please order: {l}", "Order them, please: {l}", "Now sort: {l}", "Please sort this: {l}", "Sort, please: {l}", "sort {l}", "Sort {l}"],
        ["Please sort: {l}", "Put these in order: {l}", "Order this: {l}"],
    ),
    "after": (
        ["What comes after {x} in: {l}?", "Which comes after {x}: {l}?", "Tell me what comes after {x} in: {l}", "Name the one after {x}: {l}",
         "What is after {x} in: {l}?", "Which one follows {x}: {l}?", "Say what follows {x} in this: {l}", "After {x} comes what: {l}?",
         "After {x}, which one is next: {l}?", "What stands after {x} in: {l}?", "What is next after {x}: {l}?"],
        ["What follows {x} in: {l}?", "After {x}, what comes in: {l}?"],
    ),
    "before": (
        ["What comes before {x} in: {l}?", "Which comes before {x}: {l}?", "Tell me what comes before {x} in: {l}", "Name the one before {x}: {l}",
         "Which one is before {x}: {l}?", "Before {x} comes what: {l}?", "Before {x}, which one is there: {l}?", "What stands before {x} in: {l}?",
         "Say what is before {x} in this: {l}", "Which of these is just before {x}: {l}?"],
        ["What is before {x} in: {l}?", "Before {x}, what comes in: {l}?"],
    ),
    "nth": (
        ["What is the {n} of: {l}?", "Which is the {n} of: {l}?", "What is {n} in: {l}?", "Say the {n} of: {l}", "Give me the {n} of: {l}",
         "Name the {n} in: {l}", "Which one is {n} in: {l}?", "Tell me which is the {n} of: {l}", "Tell me the {n} one in: {l}", "Show me the {n} of: {l}",
         "Find out the {n} in: {l}", "Find the one that is {n} in: {l}", "Pick the {n} of: {l}"],
        ["Tell me the {n} of: {l}", "Find the {n} of: {l}"],
    ),
    "where": (
        ["Find {x} in: {l}", "Where is {x} in: {l}?", "Which place has {x} in: {l}?", "Tell me where {x} is in: {l}", "At which place is {x} in: {l}?",
         "What number is {x} in: {l}?", "Search {x} in: {l}", "Look where {x} is in: {l}", "Please say where {x} is in: {l}", "Find {x}: {l}",
         "Look up {x} in: {l}", "Please look for the place of {x} in: {l}", "Now find {x} in: {l}",
         "Try to find {x} in: {l}", "Help me find {x} in: {l}", "I want to find {x} in: {l}", "Please search {x} in: {l}", "find {x} in {l}",
         "Where do you find {x} in: {l}?", "Please say at which place you find {x} in: {l}"],
        ["Please find {x} in: {l}", "Look for {x} in: {l}"],
    ),
    "has": (
        ["Is {x} in: {l}?", "Is there {x} in: {l}?", "Does {x} occur in: {l}?", "Can you see {x} in: {l}?", "Is {x} one of: {l}?", "Do you find {x} in: {l}?",
         "Is {x} there in: {l}?", "Can {x} be found in: {l}?", "Tell me if {x} is in: {l}", "Do you see {x} here: {l}?"],
        ["Do you see {x} in: {l}?", "Can you find {x} in: {l}?"],
    ),
}  # fmt: skip


def ask(rng, held, key, **slots):
    return rng.choice(ASK[key][1 if held else 0]).format(**slots)


def draw(rng, held, count, distinct=False):
    """A list of one kind; in training more of made-up words, which are harder."""
    kind = rng.choices(("letters", "words", "made up", "digits"), weights=(5, 5, 2, 1) if held else (4, 5, 4, 1))[0]
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


