"""Byte-level BPE: trains it, encodes and decodes, writes tokenizer.json as Hugging Face's tokenizers reads it."""

import collections
import json
import re

from config import CHAT_TEMPLATE, CONTEXT_LENGTH, IMAGE, SPECIAL_TOKENS

# Pre-tokenizers Digits(individual_digits) and then ByteLevel(use_regex): GPT-2's pattern (Radford et al. 2019).
DIGIT = re.compile(r"(\d)")
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
SPECIAL = re.compile("(" + "|".join(re.escape(token) for token in SPECIAL_TOKENS) + ")")


def byte_alphabet():
    """GPT-2's printable character for each byte: Latin-1 where printable, else U+0100 upwards in order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}


BYTE_TO_CHAR = byte_alphabet()
CHAR_TO_BYTE = {char: byte for byte, char in BYTE_TO_CHAR.items()}


def split_words(text):
    return [word for piece in DIGIT.split(text) if piece for word in WORDS.findall(piece)]


def to_chars(word):
    return "".join(BYTE_TO_CHAR[byte] for byte in word.encode("utf-8"))


def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def train_merges(texts, vocab_size):
    """The most frequent pair, again and again; space + letter comes first, so that spelled letters are one token."""
    counts = collections.Counter(word for text in texts for word in split_words(text))
    words = [(list(to_chars(word)), count) for word, count in counts.items()]
    space = BYTE_TO_CHAR[0x20]
    merges = []
    room = vocab_size - len(SPECIAL_TOKENS) - 256
    for forced in [(space, chr(c)) for c in range(ord("a"), ord("z") + 1)]:
        words = [(merge_pair(symbols, forced), count) for symbols, count in words]
        merges.append(forced)
    while len(merges) < room:
        pairs = collections.Counter()
        for symbols, count in words:
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
        if not pairs:
            raise ValueError(f"the corpus has only {len(merges)} merges")
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        joined = best[0] + best[1]
        words = [(merge_pair(s, best) if joined in "".join(s) else s, count) for s, count in words]
        merges.append(best)
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        tokens = SPECIAL_TOKENS + list(BYTE_TO_CHAR.values()) + [left + right for left, right in self.merges]
        self.vocab = {token: index for index, token in enumerate(tokens)}
        if len(self.vocab) != len(tokens):
            raise ValueError("two merges give the same token")
        self.tokens = tokens
        self.cache = {}

    def encode_word(self, word):
        if word not in self.cache:
            symbols = list(to_chars(word))
            while len(symbols) > 1:
                pair = min(zip(symbols, symbols[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
                if pair not in self.ranks:
                    break
                symbols = merge_pair(symbols, pair)
            self.cache[word] = [self.vocab[symbol] for symbol in symbols]
        return self.cache[word]

    def encode(self, text):
        """Ids of text without special tokens in it."""
        return [index for word in split_words(text) for index in self.encode_word(word)]

    def encode_special(self, text):
        pieces = [piece for piece in SPECIAL.split(text) if piece]
        return [i for p in pieces for i in ([self.vocab[p]] if p in SPECIAL_TOKENS else self.encode(p))]

    def decode(self, ids):
        chars = "".join(self.tokens[i] for i in ids if i >= len(SPECIAL_TOKENS))
        return bytes(CHAR_TO_BYTE[char] for char in chars).decode("utf-8", errors="replace")

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.to_json(), file, ensure_ascii=False, separators=(",", ":"))

    def to_json(self):
        added = [
            {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for i, t in enumerate(SPECIAL_TOKENS)
        ]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None}
        model |= {"end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
        model |= {"vocab": self.vocab, "merges": [" ".join(pair) for pair in self.merges]}
        digits = {"type": "Digits", "individual_digits": True}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [digits, byte_level]},
            "post_processor": None,
            "decoder": byte_level,
            "model": model,
        }


def load_tokenizer(path):
    with open(path, encoding="utf-8") as file:
        merges = json.load(file)["model"]["merges"]
    return Tokenizer([tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in merges])


def tokenizer_config():
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL_TOKENS[0],
        "eos_token": SPECIAL_TOKENS[1],
        "pad_token": SPECIAL_TOKENS[2],
        "image_token": SPECIAL_TOKENS[IMAGE],
        "add_bos_token": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONTEXT_LENGTH,
        "chat_template": CHAT_TEMPLATE,
        "added_tokens_decoder": {
            str(i): {"content": t, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
            for i, t in enumerate(SPECIAL_TOKENS)
        },
    }
