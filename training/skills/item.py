"""What every maker returns, and the small changes of wording that all user texts undergo."""

import re


class Item:
    """turns: [(user text, answer)]; the picture, if any, stands in front of the first user text.
    `before`: pictures in front of it in the same message. judge(answer) -> bool replaces word-for-word comparison of the last answer; details are for judges and tests."""

    __slots__ = ("turns", "image", "system", "judge", "shapes", "before")

    def __init__(self, turns, image=None, system=None, judge=None, shapes=None, before=()):
        self.turns, self.image, self.system, self.judge, self.shapes, self.before = turns, image, system, judge, shapes, before

    @property
    def pictures(self):
        """In the order in which they stand."""
        return [] if self.image is None else [*self.before, self.image]

    def is_right(self, answer):
        return self.judge(answer) if self.judge else answer.strip() == self.turns[-1][1]


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def capital(text):
    return text[:1].upper() + text[1:]


POLITE_BEFORE = ("Please ", "Can you tell me: ", "Tell me: ", "Now: ", "And ", "So, ", "Hey, ", "OK. ")
POLITE_AFTER = (" Please.", " Thanks.", " Thank you.")


def vary(rng, text):
    """Lower case, a missing mark at the end, American spelling, a polite word: one or two of them, four times in ten."""
    if rng.random() < 0.6:
        return text
    if rng.random() < 0.3:
        text = text.replace("colour", "color").replace("Colour", "Color").replace("centre", "center")
    if rng.random() < 0.3 and text[-1] in ".?":
        text = text[:-1]
    elif rng.random() < 0.12:
        text += rng.choice(POLITE_AFTER)
    if rng.random() < 0.15:
        text = rng.choice(POLITE_BEFORE) + (text if re.match(r"I\b|[A-Z][A-Z-]", text) else text[0].lower() + text[1:])
    if rng.random() < 0.4:
        text = text[0].lower() + text[1:] if rng.random() < 0.5 else text.lower()
    return text
