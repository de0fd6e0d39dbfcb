"""Tell: short stories from plots (data/plots.txt). What is asked for occurs, pronouns fit, and the story ends by itself.

Hero and friend always differ in gender, so that every "he" or "she" has one person to refer to."""

import pathlib
import re

from .item import Item, article, capital, vary
from .words import ANIMALS, BOYS, FOODS, GIRLS, OBJECTS, PLACES, is_held

TEXT = (pathlib.Path(__file__).parent.parent / "data" / "plots.txt").read_text(encoding="utf-8")
PLOTS = [[line.split(" | ") for line in part.splitlines()[1:]] for part in re.split(r"^(?=# )", TEXT, flags=re.M) if part]
THINGS = [thing for thing in OBJECTS if "-" not in thing]
ADJECTIVES = "little small young brave kind quiet clever old".split()
KEPT = ["{He} had {a_o} and took it everywhere.", "{He} had {a_o} that {he} loved.", "{His} greatest treasure was {a_o}.", "{H} owned {a_o}."]
FORMS = {"he": ("he", "his", "him"), "she": ("she", "her", "her")}

ASK = (
    ["Tell a story about {w}.", "Tell me a story about {w}.", "Write a story about {w}.", "A story about {w}.", "Tell me about {w} in a story.",
     "Tell a short story with {w}.", "I want a story about {w}."],
    ["Can you tell a story about {w}?", "Write a short story with {w}.", "Please tell me a story about {w}."],
)  # fmt: skip
ASK_ANY = (["Tell a story.", "Tell me a story.", "Write a story."], ["Can you tell a story?", "A story, please."])


class Figure:
    """A child with a name, or an animal, most with a name; pronouns by gender."""

    def __init__(self, rng, gender, animal=None):
        self.gender = gender
        self.name = rng.choice(BOYS if gender == "he" else GIRLS)
        self.animal = animal
        self.named = animal is None or rng.random() < 0.4

    def first(self, rng):
        if self.animal is None:
            return rng.choice((f"{'a boy' if self.gender == 'he' else 'a girl'} named {self.name}", f"a child named {self.name}"))
        kind = f"{rng.choice(ADJECTIVES)} {self.animal}" if rng.random() < 0.6 else self.animal
        return article(kind) + (f" named {self.name}" if self.named else "")

    @property
    def again(self):
        return self.name if self.named else f"the {self.animal}"

    @property
    def asked(self):
        return self.name if self.animal is None else article(self.animal)


def figures(rng):
    gender = rng.choice(("he", "she"))
    kinds = rng.sample(ANIMALS, 2)
    hero = Figure(rng, gender, kinds[0] if rng.random() < 0.7 else None)
    friend = Figure(rng, "she" if gender == "he" else "he", kinds[1] if rng.random() < 0.7 else None)
    return hero, friend


def slots(rng, hero, friend, thing, place):
    he, his, him = FORMS[hero.gender]
    fhe, fhis, fhim = FORMS[friend.gender]
    inn = {"hill": "on the hill", "bridge": "on the bridge", "island": "on the island", "beach": "on the beach"}.get(place, "in the " + place)
    inn = {"river": "by the river", "lake": "by the lake", "market": "at the market"}.get(place, inn)
    return {
        "h": hero.again, "H": capital(hero.again), "he": he, "He": capital(he), "his": his, "His": capital(his), "him": him,
        "f": friend.again, "F": capital(friend.again), "fhe": fhe, "fhis": fhis, "fhim": fhim, "o": thing, "a_o": article(thing),
        "inp": inn, "top": "to the " + place, "ffood": f"{fhis} {rng.choice(FOODS)}", "hfood": f"{his} {rng.choice(FOODS)}",
    }  # fmt: skip


def opening(rng, hero, place):
    first = hero.first(rng)
    return rng.choice((f"Once there was {first}.", f"Once upon a time there was {first}.", f"There was once {first} who lived near the {place}."))


def introduce(rng, line, friend, met):
    """The friend's first mention says who it is: "then a bear came by", "then came Mia, a girl"."""
    if met or not re.search(r"\{[fF]\}", line):
        return line, met
    start = re.search(r"\{[fF]\}", line)
    first = friend.first(rng)
    text = capital(first) if start.group() == "{F}" else first
    return line[: start.start()] + text.replace("{", "") + line[start.end() :], True


def tell(rng, hero, friend, thing, place):
    fill = slots(rng, hero, friend, thing, place)
    plot = rng.choice(PLOTS)
    lines = [opening(rng, hero, place)]
    if "found {a_o}" not in plot[0][0]:
        lines.append(rng.choice(KEPT).format(**fill))
    met = False
    for options in plot:
        line, met = introduce(rng, rng.choice(options), friend, met)
        lines.append(line.format(**fill))
    return " ".join(lines)


def wish(rng, held, hero, friend, thing, place):
    """What is asked for: the hero alone, with a thing, with a friend, or with thing and place. Training asks more often for friends:
    they come late in a story."""
    kind = rng.choices(("hero", "thing", "friend", "place"), weights=(2, 5, 2, 1) if held else (1, 5, 3, 1))[0]
    if kind == "hero":
        return hero.asked, [hero]
    if kind == "thing":
        return f"{hero.asked} and {article(thing)}", [hero, thing]
    if kind == "friend":
        return f"{hero.asked} and {friend.asked}", [hero, friend]
    return f"{hero.asked}, {article(thing)} and {article(place)}", [hero, thing, place]


def has_loop(text, size=8):
    """The same eight words twice in a row or apart: a loop, or nearly one."""
    words = text.split()
    grams = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    return len(set(grams)) < len(grams)


def judge_for(wanted):
    words = [w if isinstance(w, str) else (w.animal or w.name) for w in wanted]

    def judge(answer):
        contains = all(re.search(rf"\b{word}\b", answer) for word in words)
        return contains and not has_loop(answer) and 25 <= len(answer.split()) <= 160 and answer.rstrip()[-1:] in '."!'

    return judge


def story(rng, held):
    while True:
        hero, friend = figures(rng)
        thing, place = rng.choice(THINGS), rng.choice(PLACES)
        if is_held(f"{hero.animal or hero.name} {thing}") == held:
            break
    text = tell(rng, hero, friend, thing, place)
    if not judge_for([])(text):
        return story(rng, held)
    if rng.random() < 0.08 and not held:
        return Item([(vary(rng, rng.choice(ASK_ANY[0])), text)], judge=judge_for([]))
    asked, wanted = wish(rng, held, hero, friend, thing, place)
    question = rng.choice(ASK[held]).format(w=asked)
    return Item([(question if held else vary_kept(rng, question), text)], judge=judge_for(wanted))


def vary_kept(rng, text):
    """Names keep their capitals: the answer repeats them."""
    return text[:-1] if rng.random() < 0.15 else text
