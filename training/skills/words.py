"""Word lists, and made-up words in two halves that never meet: one for training, one held out."""

import zlib

ANIMALS = """fox bear cat dog mouse rabbit owl duck frog horse goat sheep pig hen cow wolf deer hedgehog squirrel
turtle bird fish bee ant snail lion tiger monkey elephant penguin""".split()
GIRLS = "Ana Mia Lena Rosa Emma Nora Ida Zoe Lily Clara Eva Sara".split()
BOYS = "Tom Ben Leo Max Noah Finn Paul Omar Sam Jonas Karl Hugo".split()
OBJECTS = """lamp key ball kite book boat bell drum hat coat shoe cup spoon box bag map coin ring rope stone leaf flower apple
pear cake bread basket blanket pillow mirror clock whistle feather ladder bucket candle umbrella pencil button scarf
wheel star-map shell doll puppet violin trumpet lantern bottle letter""".split()
PLACES = "forest garden village river hill meadow lake beach market castle barn cave bridge island tower".split()
FOODS = "soup bread cheese rice honey salad nuts berries pancakes noodles".split()
PLAIN = """sun moon star sky rain snow wind cloud tree grass sand sea road house door window wall roof table chair bed
milk tea water fire ice gold silver iron wood paper glass silk wool salt sugar egg corn rose lily nest wing tail paw nose eye
ear hand foot arm leg head heart friend king queen child baby night day morning evening winter summer spring autumn one two
three four five six seven eight nine ten red green blue yellow black white big small old new fast slow warm cold good kind
happy sad brave quiet loud soft hard long short deep high""".split()
LIST_WORDS = sorted({w for w in ANIMALS + OBJECTS + PLACES + PLAIN if "-" not in w})

CONSONANTS, VOWELS = "bdfgklmnprstvwz", "aeiou"


def is_held(text):
    """One text in eight belongs to the held-out half, by its checksum."""
    return zlib.crc32(text.encode()) % 8 == 0


def made_up(rng, held):
    """lup, mig, dorak: a word that means nothing."""
    while True:
        syllables = rng.choice((1, 1, 2))
        word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(syllables)) + rng.choice(CONSONANTS)
        if is_held(word) == held and word not in LIST_WORDS:
            return word


def made_up_list(rng, held, count):
    words = []
    while len(words) < count:
        word = made_up(rng, held)
        if word not in words:
            words.append(word)
    return words
