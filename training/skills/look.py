"""Look: questions about a scene. Every question function returns (question, answer), or None if it cannot be asked."""

from world import COLOURS, HELD_OUT, PLACES, SEEN_PAIRS, SHAPES, make_scene, render, render_unknown

from .item import Item, article, capital, vary

NUMBERS = ["no", "one", "two", "three", "four", "five"]
CANNOT_TELL = "I can't tell. I only know pictures of simple shapes."
EMPTY = "The picture is empty."
NO_PICTURE = "I see no picture yet. Add one or draw one, then ask me about it."
HELD_PAIRS = sorted(HELD_OUT)

# (phrasings for training, phrasings held out); {r} a shape of the scene, {p} a place, {c} what is counted.
ASK = {
    "shape_only": (
        ["What shape is this?", "What shape do you see?", "Which shape is in the picture?", "What shape is it?", "What is the shape here?",
         "Tell me what shape this is.", "Which kind of shape do you see?", "What kind of shape is in the picture?", "Name this shape.",
         "Say which shape it is.", "What sort of shape is it?", "Name the shape you see.", "Which shape do I show you?"],
        ["Name the shape.", "What kind of shape is this?"],
    ),
    "shape": (
        ["What shape is the {r} one?", "Which shape is {r}?", "What shape is the {r} thing?", "What is the {r} thing?", "Name the {r} one.",
         "Tell me the shape of the {r} one.", "What is the shape of the {r} thing?", "Which shape has the {r} one?", "Say what is {r}.",
         "What kind of shape is {r}?", "The {r} one: which shape is it?", "Which {r} shape do you see?", "Name the shape that is {r}."],
        ["Name the {r} shape.", "Which shape does the {r} one have?"],
    ),
    "shape_at": (
        ["What shape is {p}?", "Which shape is {p}?", "What shape do you see {p}?", "Tell me which shape is {p}.", "What kind of shape is {p}?",
         "Say the shape {p}.", "Name the shape you see {p}.", "Which shape stands {p}?", "The shape {p}: which is it?"],
        ["Name the shape {p}.", "Which shape can you see {p}?"],
    ),
    # Of a shape that is alone in its picture.
    "colour_only": (
        ["What colour is it?", "What colour is this?", "Which colour is it?", "What colour do you see?", "What colour has it?", "What is its colour?",
         "What is the colour of it?", "What colour is this shape?", "What colour is the shape?", "Tell me its colour.", "Which colour has this shape?"],
        ["Which colour is this?", "Say its colour."],
    ),
    "size_only": (
        ["How big is it?", "What size is it?", "Is it small or large?", "How large is it?", "Is it large or small?", "How big is this?", "What is its size?",
         "How big is the shape?", "Is it big or small?", "What size has it?"],
        ["How large is this?", "Tell me its size."],
    ),
    "place_only": (
        ["Where is it?", "Where do you see it?", "Where in the picture is it?", "In which place is it?", "Where is the shape?", "Where is this shape?",
         "Tell me where it is."],
        ["Where can you see it?", "Say where it is."],
    ),
    "is_it": (
        ["Is it {a}?", "Is this {a}?", "It is {a}, right?", "Do I see {a}?", "Would you say it is {a}?", "Is the shape {a}?", "Is that {a}?"],
        ["Could it be {a}?", "It is {a}, is it not?"],
    ),
    "colour": (
        ["What colour is the {r}?", "Which colour is the {r}?", "What is the colour of the {r}?", "What colour has the {r}?",
         "Tell me what colour the {r} is.", "Say the colour of the {r}.", "Name the colour of the {r}.", "In what colour is the {r}?",
         "The {r}: which colour is it?", "Which colour has the {r}?", "Can you say which colour the {r} is?", "What colour does the {r} show?"],
        ["Tell me the colour of the {r}.", "Which colour does the {r} have?"],
    ),
    "colour_at": (
        ["What colour is the shape {p}?", "Which colour is the shape {p}?", "What is the colour of the shape {p}?",
         "Tell me what colour the shape {p} is.", "Say the colour of the shape {p}.", "Which colour has the shape {p}?",
         "Name the colour of the shape {p}.", "What colour do you see {p}?"],
        ["Tell me the colour of the shape {p}.", "Which colour does the shape {p} have?"],
    ),
    "what_at": (
        ["What is {p}?", "What do you see {p}?", "Which thing is {p}?", "Name what is {p}.", "Tell me what you see {p}.", "Say what is {p}.",
         "What stands {p}?", "Is there something {p}, and what?"],
        ["What can you see {p}?", "Tell me what is {p}."],
    ),
    "place": (
        ["Where is the {r}?", "Where do you see the {r}?", "In which place is the {r}?", "Where in the picture is the {r}?",
         "Say where the {r} is.", "Show me where the {r} is.", "Tell me the place of the {r}.", "Tell me where you see the {r}.",
         "Where can the {r} be found?", "The {r}: where is it?", "I look for the {r}. Where is it?", "At what place is the {r}?",
         "Can you say where the {r} is?", "Where can you see the {r}?", "Where can I see the {r}?", "Find the {r}."],
        ["Tell me where the {r} is.", "Where can I find the {r}?"],
    ),
    "size": (
        ["How big is the {r}?", "What size is the {r}?", "Is the {r} small or large?", "How large is the {r}?", "How small is the {r}?",
         "Tell me how big the {r} is.", "Tell me what size the {r} is.", "Say how large the {r} is.", "What is the size of the {r}?",
         "Which size does the {r} have?", "Say the size of the {r}.", "Name the size of the {r}.", "The {r}: small or large?",
         "The {r}: large or small?", "Is the {r} big or small?", "Is the {r} a large one or a small one?"],
        ["Tell me the size of the {r}.", "Is the {r} large or small?"],
    ),
    "bigger": (
        ["Which is {b}, the {r} or the {q}?", "What is {b}, the {r} or the {q}?", "Tell me which is {b}, the {r} or the {q}.",
         "Say which is {b}: the {r} or the {q}.", "The {r} or the {q}, which one is {b}?", "Which of them is {b}, the {r} or the {q}?",
         "Is the {r} or the {q} {b}?", "The {r} and the {q}: which is the {b} one?"],
        ["The {r} or the {q}: which is {b}?", "Which one is {b}, the {r} or the {q}?"],
    ),
    "count": (
        ["How many {c} are there?", "How many {c} do you see?", "How many {c} are in the picture?", "Count the {c}.", "How many {c}?",
         "Tell me the number of {c}.", "What number of {c} do you see?", "How many {c} does the picture have?", "Say how many {c} there are.",
         "Can you count the {c}?", "How many {c} are here?", "Tell me how many {c} you see.", "How many {c} can be seen?"],
        ["How many {c} can you see?", "Tell me how many {c} there are."],
    ),
    "relation": (
        ["What is {w} the {r}?", "What do you see {w} the {r}?", "Which thing is {w} the {r}?", "Name what is {w} the {r}.",
         "Tell me what you see {w} the {r}.", "Say what is {w} the {r}.", "What stands {w} the {r}?", "Tell me which thing is {w} the {r}.",
         "Is there something {w} the {r}, and what?", "What can be seen {w} the {r}?"],
        ["What can you see {w} the {r}?", "Tell me what is {w} the {r}."],
    ),
    "is_relation": (
        ["Is the {r} {w} the {q}?", "Do you see the {r} {w} the {q}?", "Tell me if the {r} is {w} the {q}.", "Is it right that the {r} is {w} the {q}?",
         "The {r} is {w} the {q}, is that true?", "Would you say the {r} is {w} the {q}?", "True or not: the {r} is {w} the {q}?",
         "Do you find the {r} {w} the {q}?", "Say if the {r} is {w} the {q}."],
        ["Is it true that the {r} is {w} the {q}?", "Can you see the {r} {w} the {q}?"],
    ),
    "exists": (
        ["Is there {a}?", "Do you see {a}?", "Is there {a} in the picture?", "Tell me if there is {a}.", "Is {a} there?",
         "Do you find {a} in the picture?", "Can {a} be seen?", "Does it have {a}?"],
        ["Can you see {a}?", "Does the picture have {a}?"],
    ),
    "describe": (
        ["Describe the picture.", "What do you see?", "What is in the picture?", "Describe what you see.", "What is this?", "Tell me about the picture.",
         "Tell me what is in the picture.", "Say what you see.", "What can you see?", "What is there in this picture?", "Describe this.",
         "What does it show?", "What is shown in the picture?", "Name all you see in the picture.", "Describe the image.", "Describe this image.",
         "What is in this image?", "What do you see in the image?", "Describe this picture in detail.", "Please describe the image in detail.",
         "Can you describe this?", "What have I drawn?", "What did I draw?", "Which shapes do you see?"],
        ["Tell me what you see.", "What does the picture show?"],
    ),
}  # fmt: skip


def ask(rng, held, key, **slots):
    return rng.choice(ASK[key][1 if held else 0]).format(**slots)


def where(place):
    """The place as a phrase: at the top, on the left, in the centre."""
    return {"top": "at the top", "bottom": "at the bottom", "left": "on the left", "right": "on the right"}.get(place, "in the " + place)


def matching(shapes, words):
    return [s for s in shapes if all(word in (s.size, s.colour, s.shape) for word in words)]


def name_of(rng, shapes, shape, hide=""):
    """The shortest name that fits one shape only, sometimes a longer one, without the word that is asked for.
    None if two shapes cannot be told apart."""
    options = [(shape.shape,), (shape.colour, shape.shape), (shape.size, shape.shape), (shape.size, shape.colour, shape.shape)]
    options = [words for words in options if not hide or getattr(shape, hide) not in words]
    unique = [words for words in options if len(matching(shapes, words)) == 1]
    return " ".join(unique[0] if rng.random() < 0.7 else rng.choice(unique)) if unique else None


def ruled_out(shapes, words):
    """Would "no" to these words say that a held-out pair is not there, while one half of it is or is asked for? That teaches
    that there is no such pair."""
    named = {word for s in shapes for word in (s.colour, s.shape)} | set(words)
    return any(set(pair) <= named and not set(pair).isdisjoint(words) for pair in HELD_PAIRS)


def absent(rng, shapes, held):
    """Now and then a question about a shape that is not there; not often, or pairs never seen before are taken for absent."""
    if rng.random() < (0.05 if held else 0.03):
        missing = [name for name in SHAPES if not matching(shapes, (name,)) and (held or not ruled_out(shapes, (name,)))]
        return rng.choice(missing) if missing else None
    return None


def about_one(key, answer):
    """Asks about one shape by its name; `answer` words the reply."""

    def question(rng, shapes, held):
        missing = absent(rng, shapes, held)
        if missing:
            return ask(rng, held, key, r=missing), f"I see no {missing}."
        shape = rng.choice(shapes)
        name = name_of(rng, shapes, shape, hide=key if key in ("size", "colour") else "")
        return name and (ask(rng, held, key, r=name), answer(shape))

    return question


place = about_one("place", lambda s: f"It is {where(s.place)}.")
size_of = about_one("size", lambda s: f"It is {s.size}.")
colour_of = about_one("colour", lambda s: f"It is {s.colour}.")


def colour(rng, shapes, held):
    if rng.random() < 0.75:
        return colour_of(rng, shapes, held)
    shape = rng.choice(shapes)
    return ask(rng, held, "colour_at", p=where(shape.place)), f"It is {shape.colour}."


def shape(rng, shapes, held):
    one = rng.choice(shapes)
    answer = f"It is {article(one.shape)}."
    if len(shapes) == 1 and rng.random() < 0.5:
        return ask(rng, held, "shape_only"), answer
    if rng.random() < 0.3:
        return ask(rng, held, "shape_at", p=where(one.place)), answer
    words = (one.colour,) if rng.random() < 0.8 else (one.size, one.colour)
    return len(matching(shapes, words)) == 1 and (ask(rng, held, "shape", r=" ".join(words)), answer)


def thing(shape):
    return article(f"{shape.colour} {shape.shape}")


def what_at(rng, shapes, held):
    spot = rng.choice(shapes).place if rng.random() < 0.8 else rng.choice(PLACES)
    here = [s for s in shapes if s.place == spot]
    return ask(rng, held, "what_at", p=where(spot)), capital(thing(here[0])) + "." if here else "Nothing."


def size(rng, shapes, held):
    a, b = rng.sample(shapes, 2) if len(shapes) > 1 and rng.random() < (0.3 if held else 0.45) else (None, None)
    if a is None or a.size == b.size:
        return size_of(rng, shapes, held)
    word = rng.choice(("bigger", "smaller"))
    right = a if (a.size == "large") == (word == "bigger") else b
    names = {s: name_of(rng, shapes, s, hide="size") for s in (a, b)}
    answer = f"The {names[a]} is {a.size}, the {names[b]} {b.size}: the {names[right]} is {word}."
    return all(names.values()) and (ask(rng, held, "bigger", r=names[a], q=names[b], b=word), answer)


def count(rng, shapes, held):
    """The answer names the place of each, in reading order, then the number: every word needs one look at the picture.
    Where colour and kind are asked for, it names all of that kind."""
    some = rng.choice(shapes)
    words = rng.choice(((), (some.shape,), (some.colour,), (some.colour, some.shape), (some.size,)))
    if rng.random() < 0.15:
        words = rng.choice(SEEN_PAIRS)
        # Where both words are asked for and the answer is no, pairs never seen before are soon taken for absent: seldom in training.
        words = rng.choice((words, words[:1], words[1:]) if held or rng.random() < 0.3 else (words[:1], words[1:]))
    if not held and len(words) == 2 and words[-1] in SHAPES and rng.random() < 0.45:
        words = some_pair(rng, some, 0)
    found = matching(shapes, words)
    if not held and not found and ruled_out(shapes, words):
        return None
    noun = words[-1] if words and words[-1] in SHAPES else "shape"
    front = " ".join(word for word in words if word not in SHAPES)
    named = lambda plural: f"{front} {noun}".strip() + ("es" if noun == "cross" else "s") * plural
    if len(words) == 2:
        return ask(rng, held, "count", c=named(True)), f"I see {all_of_kind(shapes, noun)}: {NUMBERS[len(found)]} {named(len(found) != 1)}."
    places = ", ".join(where(s.place) for s in found)
    answer = f"{capital(places)}: {NUMBERS[len(found)]} {named(len(found) != 1)}." if found else f"There are no {named(True)}."
    return ask(rng, held, "count", c=named(True)), answer


SIDES = {"left of": ("x", -1), "right of": ("x", 1), "above": ("y", -1), "below": ("y", 1)}


THIRDS = {"x": ("on the left", "in the middle", "on the right"), "y": ("at the top", "in the middle", "at the bottom")}


def along(side, shape):
    """Where a shape is as far as that side is concerned: which third of the picture, from left to right or from the top."""
    axis = SIDES[side][0]
    return THIRDS[axis][shape.cell % 3 if axis == "x" else shape.cell // 3]


def offset(side, shape, other):
    """How far `other` lies to that side of `shape`, in pixels."""
    axis, sign = SIDES[side]
    return (getattr(other, axis) - getattr(shape, axis)) * sign


def relation(rng, shapes, held):
    """A shape is on a side from 8 pixels on and is not below 3: between, and where two fit, nothing is asked.
    The answer says first where the shapes of the question are: what to compare then stands in the text."""
    if len(shapes) < 2:
        return None
    side = rng.choice(list(SIDES))
    if rng.random() < 0.35:
        a, b = rng.sample(shapes, 2)
        far, names = offset(side, b, a), (name_of(rng, shapes, a), name_of(rng, shapes, b))
        clear = all(names) and (far >= 8 or far <= 3)
        # No is right more often: some of these are left out, so that it is not the better guess.
        clear = clear and (held or far >= 8 or rng.random() < 0.7)
        # Which side it really is on, then whether that was asked: two short steps are learned sooner than one long one.
        true_side = next((s for s in SIDES if SIDES[s][0] == SIDES[side][0] and offset(s, b, a) >= 8), "in line with")
        answer = f"The {names[0]} is {along(side, a)}, the {names[1]} {along(side, b)}: {true_side} it, so {'yes' if far >= 8 else 'no'}."
        return clear and (ask(rng, held, "is_relation", r=names[0], q=names[1], w=side), answer)
    one = rng.choice(shapes)
    name = name_of(rng, shapes, one)
    offsets = {s: offset(side, one, s) for s in shapes if s is not one}
    there = [s for s, far in offsets.items() if far >= 8]
    unclear = any(3 < far < 8 for far in offsets.values()) or len(there) > 1 or (not there and rng.random() < 0.6)
    if unclear or not name:
        return None
    return ask(rng, held, "relation", r=name, w=side), side_answer(name, side, one, there[0] if there else None)


def side_answer(name, side, one, other):
    return f"The {name} is {along(side, one)}. {capital(side)} it is {thing(other) if other else 'nothing'}."


def all_of_kind(shapes, kind):
    """With colours and places: asked by both its words, a pair that was never seen is then named as it is in a description."""
    return ", ".join(f"{thing(s)} {where(s.place)}" for s in matching(shapes, (kind,))) or f"no {kind}"


def some_pair(rng, some, right):
    """Colour and kind of a shape; or the kind with another colour, more often than any other pair."""
    if rng.random() < right:
        return some.colour, some.shape
    return rng.choice(COLOURS), some.shape if rng.random() < 0.75 else rng.choice(SHAPES)


def exists(rng, shapes, held):
    some = rng.choice(shapes)
    pair = some_pair(rng, some, 0.45)
    pair = pair if rng.random() < 0.7 else pair[1:]
    if not held and not matching(shapes, pair) and (ruled_out(shapes, pair) or len(pair) == 2 and rng.random() < 0.1):
        return None
    question, answer = ask(rng, held, "exists", a=article(" ".join(pair))), "yes" if matching(shapes, pair) else "no"
    if len(pair) == 1:
        return question, capital(answer) + "."
    return question, f"I see {all_of_kind(shapes, pair[1])}: {answer}."


def describe(rng, shapes, held):
    parts = [f"{article(s.size + ' ' + s.colour + ' ' + s.shape)} {where(s.place)}" for s in shapes]
    return ask(rng, held, "describe"), capital(", ".join(parts)) + "."


def alone(rng, shapes, held):
    """What people ask of a single shape without naming it."""
    if len(shapes) != 1:
        return None
    one = shapes[0]
    key = rng.choice(("colour_only", "size_only", "place_only", "is_it"))
    if key != "is_it":
        return ask(rng, held, key), f"It is {one.colour if key == 'colour_only' else one.size if key == 'size_only' else where(one.place)}."
    right = rng.random() < 0.5
    word = rng.choice((one.colour, one.shape)) if right else rng.choice(COLOURS + SHAPES)
    if not held and not matching(shapes, (word,)) and ruled_out(shapes, (word,)):
        return None
    return ask(rng, held, key, a=article(word) if word in SHAPES else word), "Yes." if matching(shapes, (word,)) else "No."


QUESTIONS = {"shape": shape, "colour": colour, "place": place, "size": size, "count": count, "relation": relation}
QUESTIONS |= {"what_at": what_at, "exists": exists, "describe": describe, "alone": alone}
WEIGHTS = {"shape": 4, "colour": 4.5, "place": 3, "size": 5.5, "count": 14, "relation": 8, "what_at": 2, "exists": 4, "describe": 3.5, "alone": 6}


def other_picture(rng, held):
    """No shapes at all: an empty picture, or one of a kind the model does not know."""
    if rng.random() < 0.4:
        question, answer = describe(rng, [], held)[0], EMPTY
        if rng.random() < 0.3:
            question, answer = ask(rng, held, "count", c="shapes"), "There are no shapes."
        elif rng.random() < 0.4:
            name = rng.choice(SHAPES)
            question, answer = ask(rng, held, rng.choice(("colour", "place", "size")), r=name), f"I see no {name}."
        return Item([(vary(rng, question), answer)], image=render(rng, []), shapes=[])
    scene = make_scene(rng, 2)
    question = None
    while not question:
        question = QUESTIONS[rng.choice(list(QUESTIONS))](rng, scene, held)
    return Item([(vary(rng, question[0]), CANNOT_TELL)], image=render_unknown(rng), shapes=[])


# Share of training scenes of few kinds and colours: there one word does not tell the shapes apart, and some are to be counted.
ALIKE_SHARE = 0.5


# Of the other scenes: those that never show both halves of a held-out pair, an orange circle and a red star. Where both are there,
# every question about the star teaches that it is not the orange one.
APART_SHARE = 0.8


def alike_pairs(rng):
    """Never kinds and colours of which one pair is held out: two that are there but never together would be known by that."""
    while True:
        kinds, colours = rng.sample(SHAPES, rng.choice((2, 2, 3))), rng.sample(COLOURS, rng.choice((2, 3, 3)))
        pairs = [(colour, kind) for colour in colours for kind in kinds]
        if not HELD_OUT.intersection(pairs):
            return pairs


def pick_scene(rng, held, kind=None):
    counts = {"relation": (2, 3, 4, 5), "describe": (1, 2, 3, 4)}.get(kind, (1, 1, 2, 3, 4, 5))
    if not held and rng.random() < ALIKE_SHARE:
        return make_scene(rng, rng.choice((2, 3, 4, 5)), pairs=alike_pairs(rng))
    if not held and rng.random() < APART_SHARE:
        return make_scene(rng, rng.choice(counts), apart=True)
    force = rng.choice(HELD_PAIRS) if held and rng.random() < 0.3 else None
    return make_scene(rng, rng.choice(counts), force=force)


# Of training messages with a picture: those with other pictures in front of it. The last one counts.
MORE_PICTURES_SHARE = 0.06
LAST_PICTURE = "In the last picture: "


def look(rng, held, turns=6):
    """One picture and up to `turns` different questions."""
    if rng.random() < 0.05:
        return other_picture(rng, held)
    scene = pick_scene(rng, held)
    asked, descriptions = {}, set()
    for _ in range(rng.randint(1, turns) * 2):
        kind = rng.choices(list(QUESTIONS), weights=WEIGHTS.values())[0]
        pair = QUESTIONS[kind](rng, scene, held)
        if pair and len(asked) < turns:
            asked.setdefault(pair[0], pair[1])
            descriptions |= {pair[0]} if kind == "describe" else set()
    if not asked:
        asked = dict([describe(rng, scene, held)])
        descriptions = set(asked)
    before = ()
    if not held and rng.random() < MORE_PICTURES_SHARE:
        before = [render(rng, pick_scene(rng, held)) for _ in range(rng.choice((1, 1, 2)))]
        # A description alone is long enough to be taken for one of all pictures.
        asked = {q: LAST_PICTURE + a[0].lower() + a[1:] if q in descriptions else a for q, a in asked.items()}
    return Item([(vary(rng, q), a) for q, a in asked.items()], image=render(rng, scene), shapes=scene, before=before)


def blind(rng, held):
    """A question about a picture where none was given yet."""
    pair = None
    # Without a picture "this" is the page.
    while not pair or "this" in pair[0]:
        pair = QUESTIONS[rng.choice(list(QUESTIONS))](rng, pick_scene(rng, held), held)
    return Item([(pair[0] if held else vary(rng, pair[0]), NO_PICTURE)])


def single(kind):
    """A maker of one question of one kind, for evaluation."""

    def maker(rng, held):
        pair = None
        while not pair:
            scene = pick_scene(rng, held, kind)
            pair = QUESTIONS[kind](rng, scene, held)
        return Item([pair], image=render(rng, scene), shapes=scene)

    return maker
