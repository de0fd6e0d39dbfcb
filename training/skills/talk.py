"""Explain and Converse: questions with fixed answers, read from data/*.txt, and the modest answer to all others.

A block of a file: "# id", "= answer" ("=1", "=2": of one stage), "n noun", "? phrasing", "! phrasing held out"."""

import pathlib
import re

from .item import Item, vary
from .words import ANIMALS, FOODS, OBJECTS, PLACES, made_up

DATA = pathlib.Path(__file__).parent.parent / "data"

NOUN_QUESTIONS = [
    "What is {n}?", "Explain {n}.", "What does {n} mean?", "Tell me about {n}.", "Define {n}.", "What's {n}?",
    "I do not understand {n}.", "Can you explain {n}?", "Please explain {n}.", "How would you explain {n}?",
    "What do you know about {n}?", "{n}?", "What exactly is {n}?", "Give me a definition of {n}.", "Teach me about {n}.", "In short, what is {n}?",
    "I want to know about {n}.", "Tell me more about {n}.", "Any idea what {n} is?", "How do you define {n}?", "What can you say about {n}?",
]  # fmt: skip
NOUN_QUESTIONS_HELD = ["Could you explain {n} to me?", "Describe {n}.", "Help me understand {n}.", "What is meant by {n}?"]

FRAMES = ["Tell me: {q}", "Do you know {i}", "A question: {q}", "I would like to know: {q}", "One more thing: {q}", "Quick question: {q}"]
SYNONYMS = {
    "work": ["function"], "works": ["functions"], "hold": ["contain", "store"], "stored": ["held"], "big": ["large"], "large": ["big"],
    "built": ["made"], "build": ["make"], "difference": ["distinction"], "need": ["require"], "needed": ["required"], "use": ["need"],
    "choose": ["pick"], "chosen": ["picked"], "show": ["tell"], "save": ["spare"], "image": ["picture"],
    "picture": ["image"], "differ": ["vary"], "why": ["for what reason"], "text": ["words"],
    "answer": ["reply"], "read": ["take in"], "happens": ["goes on"], "mean": ["stand for"], "bits": ["binary digits"], "compute": ["work out"],
}  # fmt: skip
FILLERS = {"the", "a", "an", "does", "do", "is", "are", "of", "in", "at", "to", "my", "your", "for", "me"}

DONT_KNOW = "I don't know that. I am a very small model: ask me about shapes, lists or how language models work."

UNKNOWN = [
    "Who is the president of {c}?", "What is the capital of {c}?", "What is the weather in {c}?", "Where is {c}?",
    "How many people live in {c}?", "Who won the match yesterday?", "How do I cook {f}?", "What is in {f}?",
    "Why is the sky blue?", "Who wrote this {o}?", "How much does a {o} cost?", "What does a {a} eat?",
    "How long does a {a} live?", "What is the meaning of life?", "What time is it?", "What day is it today?",
    "Who is {p}?", "When was {p} born?", "How tall is {p}?", "Write a poem about {o}s.", "Write code in Python.",
    "Translate {o} into French.", "What is a {m}?", "Tell me about {m}.", "Explain {m}.", "Where can I buy a {o}?",
    "How do I repair a {o}?", "What is the best film?", "Can you book a flight to {c}?", "What happened in 19{d}{e}?",
    "Solve this equation for x.", "Where do I live?", "Is it going to rain in {c}?", "What do you think about {p}?",
    "Why do {a}s sleep?", "How do planes fly?", "What is gravity?", "Who discovered {c}?", "Give me the news.", "What is {m}?",
    "How does a {o} work?", "Why is a {a} so fast?", "Can you play music?", "Send a message to {p}.", "What is love?",
    "Is {c} far from here?", "Which mountain is near {c}?", "Which city is the largest in {c}?", "Which sea lies beside {c}?", "Who made the {o}?",
    "Who drew this {a}?", "Who sang about the {o}?", "Who found the {o}?", "Who was the first to build a {o}?", "Is a {a} clever?", "Is a {a} fast?",
    "Is a {o} heavy?", "Are {a}s friendly?", "Is {f} healthy?", "Is {p} famous?", "Is {c} cold?", "How do I bake {f}?", "How do I cook {f} for two?",
    "When does the bus to {c} come?", "When does the shop in {c} open?", "When is the next flight to {c}?", "Which player scored?", "Which song is the best?",
    "Which club is the best?", "What do people eat in {c}?", "What do people wear in {c}?", "Which money do they use in {c}?", "Who is the king of {c}?",
    "Tell me something about {c}.", "Tell me what you know about {p}.", "Say something about {p}.", "Give me a fact about {c}.", "What did {p} do?",
    "What is {p} known for?", "What does a {m} do?", "Is {m} a word?", "What is the sense of {m}?", "What do you call a {m}?", "Can a {a} swim?", "Can a {a} fly?",
    "Does a {a} bite?", "Do {a}s live in {c}?", "How old is {p}?", "How heavy is a {o}?", "How far is {c} from {d}{e}?", "How much is a {o}?",
    "What is the cost of {f}?", "What is the weight of a {a}?", "What is the height of {p}?", "Where does {f} come from?", "Where do {a}s sleep?",
    "How is {f} made?", "How do you prepare {f}?", "What do I need for {f}?", "Can I eat {f} every day?", "Give me a recipe for {f}.", "I am hungry, where is {f}?",
    "How can I get to {c}?", "How long is the way to {c}?", "I want to travel to {c}.", "What should I see in {c}?", "Which rivers are in {c}?", "Is there a sea in {c}?",
    "Which train goes to {c}?", "What time is it in {c}?", "Do people in {c} like {f}?", "Is {c} a country?", "How big is {c}?", "When was {c} founded?",
    "Who was {p}?", "Where did {p} live?", "What is the most famous work of {p}?", "Did {p} like {f}?", "What do you know about {p}?", "Was {p} a good person?",
    "Which picture did {p} paint?", "What did {p} invent?", "Who came first, {p} or another?", "How dangerous is the sea?", "Can a {a} hurt me?", "What sound does a {a} make?",
    "How many legs has a {a}?", "Should I buy a {a}?", "Which colour does a {a} have in nature?", "My {a} is ill, what should I do?", "How do I clean a {o}?", "What is a {o} made of?",
    "I lost my {o}.", "Can you fix my {o}?", "Is the {o} expensive?", "Where is my {o}?", "Who sells a {o}?", "How was the {o} invented?", "What is {m} in English?", "Do you know {m}?",
    "Where is the {m}?", "Is there a {m}?", "How do you spell {m}?", "Who plays tonight?", "What is the score of the game?", "Which sport is the best?", "Who is the best player?",
    "Recommend a book.", "Recommend a film to me.", "Which song should I hear?", "Write an email to my boss.", "Write a letter to {p}.", "Write a song about love.", "Write an essay.",
    "Write a function that adds numbers.", "Fix this code.", "What does this program do?", "Do my homework.", "Summarize this text.", "Translate this.", "How do I learn {c} by heart?",
    "What is the square root of 2?", "What is 3 times {d}?", "Is {d}{e} a prime number?", "What is the largest number?", "What is infinity?", "What is time?",
    "Is there a god?", "Who will win the election?", "What will happen tomorrow?", "What is in the news?", "What are the lottery numbers?", "What is money?", "Should I buy stocks?",
    "How do I become rich?", "I have a headache.", "Which doctor should I see?", "What is good for my health?", "How do I sleep better?", "Why am I tired?", "How do I lose weight?",
    "Why is grass green?", "Why is the sea salty?", "How far is the moon?", "How hot is the sun?", "How old is the world?", "How do cars work?", "What is electricity?", "What is a star made of in space?",
    "How many people are there on earth?", "Which is the highest mountain?", "What year is it?", "When is the next holiday?", "Will it snow?", "Is it cold outside?", "Call {p}.", "Wake me at seven.",
    "What is the population of {c}?", "Who lives in {c}?", "What is the tallest house in {c}?", "Where was {p} born?", "Was {p} married?", "Is {p} alive?",
    "How many eggs does a {a} lay?", "Where can I see a {a}?", "Why is {f} good?", "What goes well with {f}?", "How long must {f} cook?", "When will it be summer?",
    "Which bus do I take?", "What are the rules of chess?", "What is the speed of light?", "How many planets are there?", "What is DNA?", "Which car should I buy?",
    "Who rules {c}?", "Which animals live in {c}?", "Tell me the history of {c}.", "What rhymes with {m}?", "Use {m} in a sentence.", "Plan my holiday in {c}.",
    "Remind me to buy {f}.", "Set a timer.", "Play a song.", "Find me a hotel in {c}.", "Who is the richest person?", "How do magnets work?", "Why do we dream?",
    "Order a {o} for me.", "Open the door.", "Turn on the light.", "What am I thinking?", "How old am I?", "What did I eat today?", "Tell me a secret.", "What is your phone number?",
]  # fmt: skip
UNKNOWN_HELD = [
    "Which river flows through {c}?", "How far is it to {c}?", "Who painted the {o}?", "What is the price of a {o}?",
    "Is a {a} dangerous?", "How do I make {f} at home?", "When does the train to {c} leave?", "Which team won?",
    "Who invented the {o}?", "What language do people speak in {c}?", "Tell me a fact about {p}.", "What does {m} mean?",
]  # fmt: skip
# Stage 1 is modest about what stage 2 teaches.
UNKNOWN_STAGE_1 = ["How much is 2 plus 2?", "What is my name?", "Tell a story about a {a}.", "Tell me a story about a {a} and a {o}.", "{d} + {e} =", "What is {d}{e} + {e}{d}?", "{d}{e} - {d} ="]

COUNTRIES = """France Germany Italy Spain China Japan India Brazil Peru Egypt Kenya Canada Mexico Norway Sweden Poland Turkey
Greece Chile Cuba Iran Paris London Berlin Rome Tokyo Madrid Vienna Cairo Boston""".split()
PEOPLE = "Einstein Mozart Napoleon Shakespeare Cleopatra Newton Picasso Gandhi Darwin Beethoven Lincoln Columbus".split()


def read_blocks(name):
    blocks = []
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "#":
            blocks.append({"id": rest, "n": [], "?": [], "!": [], "=": {}})
        elif mark[0] == "=":
            for stage in (1, 2) if mark == "=" else (int(mark[1]),):
                blocks[-1]["="][stage] = rest
        else:
            blocks[-1][mark].append(rest)
    return blocks


EXPLAIN = [block for part in (1, 2, 3, 4) for block in read_blocks(f"explain_{part}.txt")]
# More wordings of the same, for training alone.
for more in read_blocks("explain_5.txt"):
    next(block for block in EXPLAIN if block["id"] == more["id"])["?"] += more["?"]
CONVERSE = read_blocks("converse.txt")


def lower_first(text):
    return text if re.match(r"I\b|[A-Z][A-Z\d-]|[A-Z]\w*[A-Z]|Llama|Flamingo|Falcon|Swish", text) else text[0].lower() + text[1:]


def noun_question(rng, noun, held):
    text = rng.choice(NOUN_QUESTIONS_HELD if held else NOUN_QUESTIONS).format(n=noun)
    if not held and rng.random() < 0.15:
        text = text.replace(noun, re.sub("^(a|an|the) ", "", noun))
    return text[0].upper() + text[1:]


STRAY = """which what how why where when by of for with through way thing part number kind use used gets given made comes put work one two it that
is are was does into from next good need reason help tell know see called exactly really simply main""".split()


def scramble(rng, text, strength=1.0):
    """Other words, frames, dropped, stray and moved words teach to answer by what a question is about, not by its wording."""
    if rng.random() < 0.3 * strength:
        swap = lambda m: rng.choice(SYNONYMS.get(m.group().lower(), [m.group()])) if rng.random() < 0.7 else m.group()
        text = re.sub(r"[A-Za-z]+", swap, text)
        text = text[0].upper() + text[1:]
    if rng.random() < 0.2 * strength:
        text = rng.choice(FRAMES).format(q=text, i=lower_first(text))
    if rng.random() < 0.4 * strength:
        keep = rng.choice((0.0, 0.5, 0.5))
        text = " ".join(w for w in text.split() if w.lower() not in FILLERS or rng.random() < keep) or text
    words = text.split()
    if rng.random() < 0.35 * strength:
        for _ in range(rng.randint(1, 4)):
            words.insert(rng.randrange(len(words) + 1), rng.choice(STRAY))
    if len(words) > 3 and rng.random() < 0.2 * strength:
        cut = rng.randrange(1, len(words))
        words = words[cut:] + words[:cut]
    if len(words) > 3 and rng.random() < 0.2 * strength:
        words.pop(rng.randrange(len(words)))
    return " ".join(words)


def explain(rng, held, block=None):
    block = block or rng.choice(EXPLAIN)
    own = block["!" if held else "?"]
    if block["n"] and rng.random() < 0.45:
        text = noun_question(rng, rng.choice(block["n"]), held)
    else:
        text = rng.choice(own)
    return Item([(text if held else vary(rng, scramble(rng, text)), block["="][2])])


def converse(stage):
    def maker(rng, held, block=None):
        block = block or rng.choice(CONVERSE)
        text = rng.choice(block["!" if held else "?"])
        if not held:
            text = vary(rng, scramble(rng, text, 0.4))
            text += rng.choice(("", "", "", "!", ".", "?")) if text[-1].isalnum() else ""
        return Item([(text, block["="][stage])])

    return maker


def unknown(stage):
    def maker(rng, held):
        templates = UNKNOWN_HELD if held else UNKNOWN
        if stage == 1 and not held and rng.random() < 0.15:
            templates = UNKNOWN_STAGE_1
        text = rng.choice(templates).format(
            c=rng.choice(COUNTRIES), p=rng.choice(PEOPLE), f=rng.choice(FOODS), o=rng.choice(OBJECTS), a=rng.choice(ANIMALS),
            m=made_up(rng, held), d=rng.randint(1, 9), e=rng.randint(0, 9),
        )  # fmt: skip
        if rng.random() < 0.1 and not held:
            text = f"What about the {rng.choice(PLACES)}?"
        return Item([(text if held else vary(rng, scramble(rng, text, 0.3)), DONT_KNOW)])

    return maker


def chat(stage):
    """Converse as evaluated: greetings and questions about itself, and one in four about what it cannot know."""
    known, other = converse(stage), unknown(stage)
    return lambda rng, held: (other if rng.random() < 0.25 else known)(rng, held)
