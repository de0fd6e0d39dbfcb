"""Follow up on the turn before, and system prompts that change the tone."""

from world import make_scene, render

from . import lists, look, sums
from .item import Item
from .look import SIDES, offset, thing, where
from .stories import figures, tell
from .talk import CONVERSE, EXPLAIN
from .words import ANIMALS, BOYS, GIRLS, LIST_WORDS, OBJECTS, PLACES


def pick(rng, held, train, test):
    return rng.choice(test if held else train)


def after_list(rng, held):
    """A list is repeated, reversed or sorted; then the same list, or the answer, is changed once more."""
    pool = rng.choice((lists.LETTERS, LIST_WORDS))
    items = rng.sample(pool, rng.randint(2, 6))
    first, answer = rng.choice((("repeat", items), ("reverse", items[::-1]), ("sort", sorted(items))))
    turns = [(lists.ask(rng, False, first, l=" ".join(items)), " ".join(answer))]
    kind = rng.choice(("reverse", "sort", "first", "last"))
    text = {
        "reverse": (["Now reverse it.", "And backwards?", "Reverse that.", "Say it backwards.", "Now backwards.", "Turn it around."], ["Now say it backwards."]),
        "sort": (["Now sort it.", "And sorted?", "Sort that.", "Put it in order.", "And in order?", "Now order it."], ["Now put it in order."]),
        "first": (["What was the first one?", "Which came first?", "What is the first of these?", "Which was first?", "And the first one?"], ["And what was the first?"]),
        "last": (["What was the last one?", "Which came last?", "What is the last of these?", "Which was last?", "And the last one?"], ["And what was the last?"]),
    }[kind]
    final = {"reverse": answer[::-1], "sort": sorted(answer), "first": answer[:1], "last": answer[-1:]}[kind]
    return Item([*turns, (pick(rng, held, *text), " ".join(final))])


def after_sum(rng, held):
    while True:
        first = sums.pair(rng, False)
        value, step, sign = sums.result(*first), rng.randint(1, 9), rng.choice("+-")
        if (sign == "+" or value >= step) and value < 100 and sums.is_held_pair(value, sign, step) == held:
            break
    words = {"+": (["Add {n}.", "Plus {n}?", "And {n} more?", "Now add {n}.", "Add {n} to it.", "Now plus {n}.", "And plus {n}?", "{n} more.", "Then {n} more."], ["Then add {n}."]),
             "-": (["Subtract {n}.", "Minus {n}?", "Now take away {n}.", "Take {n} from it.", "Now minus {n}.", "And minus {n}?", "{n} less.", "Then {n} less.", "Take away {n}."], ["Then take away {n}."])}  # fmt: skip
    text = pick(rng, held, *words[sign]).format(n=step)
    return Item([*sums.asked(rng, False, *first).turns, (text, sums.work(value, sign, step))])


def after_picture(rng, held):
    """"It" is the shape of the turn before: asked by place or side, then by colour, shape, size or place."""
    while True:
        shapes = make_scene(rng, rng.randint(1, 4))
        one = rng.choice(shapes)
        side = rng.choice(list(SIDES))
        others = [s for s in shapes if s is not one and offset(side, one, s) > 3]
        name = look.name_of(rng, shapes, one)
        if rng.random() < 0.5 or len(others) != 1 or offset(side, one, others[0]) < 8 or not name:
            first, it = look.ask(rng, False, "what_at", p=where(one.place)), one
            answer = look.capital(thing(it)) + "."
        else:
            first, it = look.ask(rng, False, "relation", r=name, w=side), others[0]
            answer = look.side_answer(name, side, one, it)
        break
    kind = rng.choice(("size", "place", "colour", "shape"))
    text = {
        "size": (["How big is it?", "Is it small or large?", "What size is it?", "Tell me its size.", "What is its size?", "And how big is it?", "And how large?"], ["And its size?"]),
        "place": (["Where is it?", "And where is it?", "In which place is it?", "What is its place?", "Tell me its place.", "And where?"], ["And its place?"]),
        "colour": (["What colour is it?", "And which colour is it?", "Tell me its colour.", "What is its colour?", "And what colour?"], ["And its colour?"]),
        "shape": (["What shape is it?", "And which shape is it?", "Tell me its shape.", "What is its shape?", "And what shape?"], ["And its shape?"]),
    }[kind]
    final = {"size": it.size, "place": where(it.place), "colour": it.colour, "shape": look.article(it.shape)}[kind]
    turns = [(first, answer), (pick(rng, held, *text), f"It is {final}.")]
    return Item(turns, image=render(rng, shapes), shapes=shapes)


def after_fact(rng, held):
    """A person says a thing about themselves, and asks for it a turn later, perhaps with another turn between."""
    kind = rng.choice(("name", "animal", "thing", "place"))
    value = {"name": GIRLS + BOYS, "animal": ANIMALS, "thing": OBJECTS, "place": PLACES}[kind]
    value = rng.choice([v for v in value if "-" not in v])
    say = {
        "name": ["My name is {v}.", "I am {v}.", "Call me {v}."],
        "animal": ["I have a {v}.", "My pet is a {v}."],
        "thing": ["I lost my {v}.", "I bought a {v}."],
        "place": ["I live near the {v}.", "I went to the {v}."],
    }[kind]
    reply = f"Nice to meet you, {value}." if kind == "name" else f"Thank you for telling me about the {value}."
    asked, answer = {
        "name": ((["What is my name?", "Who am I?", "Do you know my name?", "What am I called?", "Say my name.", "Do you remember my name?"], ["Tell me my name."]), f"Your name is {value}."),
        "animal": ((["Which animal do I have?", "What is my pet?", "Which pet is mine?", "What animal did I name?", "What kind of animal is my pet?", "Do you know my animal?", "Which animal is it that I have?", "Tell me which animal I have."], ["What animal is mine?"]), f"It is a {value}."),
        "thing": ((["What did I tell you about?", "Which thing did I mean?", "Which thing was it?", "What thing did I name?", "Tell me what I told you about.", "Do you remember the thing?"], ["What was it that I told you about?"]), f"The {value}."),
        "place": ((["Which place did I name?", "What place did I tell you about?", "Which place did I tell you about?", "Do you remember the place?", "What was the place?", "Tell me which place I named."], ["Which place was it?"]), f"The {value}."),
    }[kind]
    turns = [(rng.choice(say).format(v=value), reply)]
    if rng.random() < 0.4:
        turns += (lists.repeat if rng.random() < 0.5 else sums.add)(rng, False).turns
    return Item([*turns, (pick(rng, held, *asked), answer)])


def after_story(rng, held):
    hero, friend = figures(rng)
    object_, place = rng.choice([o for o in OBJECTS if "-" not in o]), rng.choice(PLACES)
    text = tell(rng, hero, friend, object_, place)
    who, what = (["Who was the story about?", "Who was it about?"], ["Who is the story about?"]), (["Which thing was in the story?"], ["What thing was it about?"])
    first = f"Tell a story about {hero.asked} and {look.article(object_)}."
    final = (pick(rng, held, *who), f"It was about {hero.again}.") if rng.random() < 0.6 else (pick(rng, held, *what), f"The {object_}.")
    return Item([(first, text), final])


# Wordings of a system prompt, those of the second list held out; {x}; more wordings; how it changes an answer.
ACT = (["You are a {x}.", "Talk like a {x}.", "Answer like a {x}.", "Act like a {x}.", "Reply like a {x}.", "Pretend to be a {x}.", "You are a {x}, so talk like one.",
        "Write as a {x} would.", "I want you to talk like a {x}."], ["Speak like a {x}."])
BE = (["Be {x}.", "You are always {x}.", "You are {x}.", "Stay {x}.", "I want you to be {x}.", "Be {x} in every answer.", "You must be {x}.", "Be a {x} assistant."],
      ["Please be {x}."])  # fmt: skip
TONES = [
    (ACT, "pirate", [], lambda text: f"Arr! {text}"),
    (BE, "polite", ["Answer politely.", "Be very polite."], lambda text: f"With pleasure. {text}"),
    (BE, "cheerful", ["Answer with joy."], lambda text: f"Oh, how nice! {text}"),
    (ACT, "robot", [], lambda text: f"Beep. {text} Beep."),
    (BE, "grumpy", ["Answer with a bad mood."], lambda text: f"Hmpf. {text}"),
    (ACT, "teacher", [], lambda text: f"Listen well. {text}"),
]  # fmt: skip
PLAIN_PROMPTS = ["You are a helpful assistant.", "You are Pane.", "Answer the questions.", "You are a small model."]


def draw_tone(rng, held):
    """A system prompt and what it makes of an answer; in training one in five changes nothing."""
    if rng.random() < 0.2 and not held:
        return rng.choice(PLAIN_PROMPTS), lambda text: text
    (train, test), word, more, change = rng.choice(TONES)
    return pick(rng, held, train + more, test).format(x=word), change


def toned(rng, held, system, change):
    """An episode under a system prompt."""
    source = rng.random()
    if source < 0.35:
        inner = look.look(rng, held, turns=2)
    elif source < 0.6:
        block = rng.choice(EXPLAIN)
        inner = Item([(rng.choice(block["?"]), block["="][2])])
    elif source < 0.8:
        block = rng.choice(CONVERSE)
        inner = Item([(rng.choice(block["?"]), block["="][2])])
    else:
        inner = rng.choice((sums.add, lists.repeat, lists.reverse))(rng, held)
    turns = [(question, change(answer)) for question, answer in inner.turns]
    return Item(turns, inner.image, system=system, before=inner.before)


def tone(rng, held):
    return toned(rng, held, *draw_tone(rng, held))


def follow(rng, held):
    makers = (after_list, after_sum, after_picture, after_fact, after_story)
    return rng.choices(makers, weights=(4, 3, 5, 4, 1) if held else (6, 5, 4, 3, 2))[0](rng, held)
