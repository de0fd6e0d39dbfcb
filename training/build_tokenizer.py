"""Trains the tokenizer on texts of both stages: python3 training/build_tokenizer.py OUT.json [--seed 1]"""

import argparse
import random
import string

from config import VOCAB_SIZE
from mixture import TRAIN
from skills import follow, lists, look, talk
from skills.words import LIST_WORDS
from tokenizer import Tokenizer, train_merges

EPISODES = 12000


def corpus(seed):
    """Texts of all skills, train halves only. Fixed texts are counted alike, however often they are asked."""
    rng = random.Random(seed)
    makers, weights = zip(*[pair for pair in TRAIN[2] if pair[0] is not look.look], (follow.tone, 2), (talk.converse(1), 1))
    texts = []
    for _ in range(EPISODES):
        for question, answer in rng.choices(makers, weights=weights)[0](rng, False).turns:
            texts += [question, answer]
    for _ in range(EPISODES // 6):
        texts += [text for turn in look.look(rng, False).turns for text in turn]
    # Words of lists begin answers too: both forms, with and without a space in front, must be single tokens.
    texts += [f"{word}\n {word}" for word in LIST_WORDS for _ in range(400)]
    texts += [" ".join(string.ascii_lowercase), " ".join(lists.LETTERS.upper())] * 20
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts = corpus(args.seed)
    tokenizer = Tokenizer(train_merges(texts, VOCAB_SIZE))
    tokenizer.save(args.out)
    letters, tokens = sum(map(len, texts)), sum(len(tokenizer.encode(text)) for text in texts)
    print(f"{len(tokenizer.tokens)} tokens; {letters / tokens:.2f} characters per token over {tokens} tokens")
    split = [word for word in LIST_WORDS if len(tokenizer.encode(word)) > 1 or len(tokenizer.encode(" " + word)) > 1]
    print(f"{len(split)} of {len(LIST_WORDS)} list words take more than one token: {split[:20]}")


if __name__ == "__main__":
    main()
