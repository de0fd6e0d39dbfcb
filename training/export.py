"""Writes the Hugging Face directory that ships: python3 training/export.py FROM_DIR TO_DIR

FROM_DIR holds model.safetensors and tokenizer.json; weights become f16."""

import argparse
import json
import pathlib
import shutil

import safetensors_file
from config import CONFIG, GENERATION_CONFIG, PREPROCESSOR_CONFIG, PROCESSOR_CONFIG
from evaluate import load
from model import parameter_count
from tokenizer import tokenizer_config

LIMIT_BYTES = 8_000_000


def export(source, target):
    target.mkdir(parents=True, exist_ok=True)
    model, _ = load(source)
    files = {
        "config.json": CONFIG,
        "generation_config.json": GENERATION_CONFIG,
        "preprocessor_config.json": PREPROCESSOR_CONFIG,
        "processor_config.json": PROCESSOR_CONFIG,
        "tokenizer_config.json": tokenizer_config(),
    }
    for name, content in files.items():
        (target / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    # Tied: the head is embed_tokens and is not stored twice.
    safetensors_file.write(target / "model.safetensors", model.state_dict(), "F16")
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    args = parser.parse_args()
    model = export(args.source, args.target)
    sizes = {path.name: path.stat().st_size for path in sorted(args.target.iterdir())}
    for name, size in sizes.items():
        print(f"{size:9,} bytes  {name}")
    total = sum(sizes.values())
    print(f"{total:9,} bytes  in all; {parameter_count(model):,} parameters")
    if total > LIMIT_BYTES:
        raise SystemExit("too large to ship")


if __name__ == "__main__":
    main()
