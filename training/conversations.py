"""Conversations as token ids: several episodes after each other, with labels on the assistant's tokens alone."""

import random

import numpy as np

from config import ASSISTANT, BOS, END, IMAGE, PAD, SPECIAL_TOKENS, SYSTEM, USER, VISUAL_TOKENS
from mixture import SHOTS_SHARE, TONE_SHARE, TRAIN
from skills import context, follow, look

IGNORE = -100
# Of episodes before the first picture of a conversation.
BLIND_SHARE = 0.08


def encode_system(tokenizer, text):
    return [SYSTEM, *tokenizer.encode(text), END] if text else []


def encode_question(tokenizer, text, pictures):
    """<|user|>[rows of each picture]text<|end|><|assistant|>, as the chat template renders it."""
    return [USER, *[IMAGE] * (VISUAL_TOKENS * pictures), *tokenizer.encode(text), END, ASSISTANT]


def encode_item(tokenizer, item, ids, labels):
    """Appends an item's turns; labels[i] is the token that must follow position i, or IGNORE."""
    for number, (question, answer) in enumerate(item.turns):
        prompt = encode_question(tokenizer, question, 0 if number else len(item.pictures))
        reply = [*tokenizer.encode(answer), END]
        ids += prompt + reply
        labels += [IGNORE] * (len(prompt) - 1) + reply + [IGNORE]


def encode_prompt(tokenizer, item):
    """Ids up to where the last answer begins, and the pictures."""
    ids = [BOS, *encode_system(tokenizer, item.system)]
    encode_item(tokenizer, type(item)(item.turns[:-1], item.image, before=item.before), ids, [])
    ids += encode_question(tokenizer, item.turns[-1][0], len(item.pictures) if len(item.turns) == 1 else 0)
    return ids


class Conversations:
    """Endless conversations of one stage. `seed` fixes them; different workers take different seeds."""

    def __init__(self, tokenizer, stage, seed):
        self.tokenizer, self.stage, self.rng = tokenizer, stage, random.Random(seed)
        self.makers, self.weights = zip(*TRAIN[stage])

    def next(self, limit):
        """(ids, labels, images) of at most `limit` tokens, filled with whole episodes."""
        rng = self.rng
        if rng.random() < TONE_SHARE[self.stage]:
            system, change = follow.draw_tone(rng, False)
            begin = [BOS, *encode_system(self.tokenizer, system)]
            return self.fill(limit, begin, lambda _: follow.toned(rng, False, system, change))

        def draw(images):
            item = rng.choices(self.makers, weights=self.weights)[0](rng, False)
            return look.blind(rng, False) if not images and rng.random() < BLIND_SHARE else item

        return self.fill(limit, [BOS], draw)

    def fill(self, limit, ids, draw):
        labels, images = [IGNORE] * len(ids), []
        misses = 0
        while misses < 3 and len(ids) < limit - 8:
            item, more, targets = draw(images), [], []
            encode_item(self.tokenizer, item, more, targets)
            if len(ids) + len(more) > limit:
                misses += 1
                continue
            ids += more
            labels += targets
            images += item.pictures
        return ids, labels, images

    def random_repeat(self, limit):
        """Random tokens, then the same again: what induction heads are for. Loss on the second half."""
        half = self.rng.randint(8, max(8, min(limit // 2 - 1, 100)))
        first = [self.rng.randrange(len(SPECIAL_TOKENS), len(self.tokenizer.tokens)) for _ in range(half)]
        ids = [BOS, *first, *first]
        return ids, [IGNORE] * (half + 1) + first[1:] + [IGNORE], []

    def shots(self, limit):
        """A message of many examples, of which every value that the lines before tell is learned, and the answer after it."""
        parts = context.long_shots(self.rng)
        ids, labels = [BOS, USER], [IGNORE, IGNORE]
        for text, known in parts[:-1]:
            more = self.tokenizer.encode(text)
            if known:
                labels[-1:] = more
                labels.append(IGNORE)
            else:
                labels += [IGNORE] * len(more)
            ids += more
        answer = [*self.tokenizer.encode(parts[-1][0].strip()), END]
        ids += [END, ASSISTANT, *answer]
        labels += [IGNORE, *answer, IGNORE]
        return (ids, labels, []) if len(ids) <= limit else self.next(limit)

    def batch(self, tokens, limit, repeat_share=0.06):
        """Rows of similar length, right-padded: dict of ids, labels int16 [B, T] and pixels uint8 [N, 48, 48, 3]."""
        rows = []
        for _ in range(max(1, tokens // limit)):
            chance = self.rng.random()
            make = self.random_repeat if chance < repeat_share else self.shots if chance < repeat_share + SHOTS_SHARE[self.stage] else self.next
            rows.append(make(limit))
        length = -(-max(len(row[0]) for row in rows) // 16) * 16
        ids = np.full((len(rows), length), PAD, np.int16)
        labels = np.full((len(rows), length), IGNORE, np.int16)
        for i, (row, targets, _) in enumerate(rows):
            ids[i, : len(row)] = row
            labels[i, : len(row)] = targets
        images = [image for row in rows for image in row[2]]
        return {"ids": ids, "labels": labels, "pixels": stack(images)}


def stack(images):
    return np.stack(images) if images else np.zeros((0, 48, 48, 3), np.uint8)
