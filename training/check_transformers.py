"""Compares goldens with Hugging Face's own LlavaForConditionalGeneration, where the transformers package is installed.

    python3 training/check_transformers.py DIR GOLDENS.json
Ids come from its tokenizer and chat template, so that these are checked too."""

import argparse
import base64
import json
import struct
import zlib

import numpy as np
import torch
from transformers import AutoTokenizer, LlavaForConditionalGeneration

from config import IMAGE, VISUAL_TOKENS


def read_png(data):
    """The inverse of goldens.png: 8-bit RGB rows stored as differences to the left."""
    width, height = struct.unpack(">II", data[16:24])
    (length,) = struct.unpack(">I", data[33:37])
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(height, -1)[:, 1:]
    return np.cumsum(rows.reshape(height, width, 3), axis=1, dtype=np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("goldens")
    args = parser.parse_args()
    model = LlavaForConditionalGeneration.from_pretrained(args.directory, torch_dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(args.directory)
    with open(args.goldens, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for case in cases:
        text = tokenizer.apply_chat_template(case["messages"], add_generation_prompt=True, tokenize=False)
        ids = [i for t in tokenizer(text, add_special_tokens=False)["input_ids"] for i in [t] * (VISUAL_TOKENS if t == IMAGE else 1)]
        inputs = {"input_ids": torch.tensor([ids])}
        if "png" in case:
            pixels = read_png(base64.b64decode(case["png"])).astype(np.float32) / 255
            inputs["pixel_values"] = torch.from_numpy((pixels - 0.5) / 0.5).permute(2, 0, 1)[None].contiguous()
        with torch.no_grad():
            logits = model(**inputs, attention_mask=torch.ones_like(inputs["input_ids"])).logits[0, -1]
        error = (logits[case["top10"]["ids"]] - torch.tensor(case["top10"]["logits"])).abs().max().item()
        print(f"{case['id']:18} ids {'equal' if ids == case['ids'] else 'DIFFER'}, logits differ by {error:.1e}")


if __name__ == "__main__":
    main()
