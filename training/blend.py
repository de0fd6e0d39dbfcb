"""Weights between those of two runs: python3 training/blend.py FROM.safetensors TO.safetensors OUT.safetensors --share 0.88

A run that went on from FROM has learned something and forgotten something; a little of the way back brings more of the old than
it costs of the new (Wortsman et al. 2022, robust fine-tuning)."""

import argparse

import safetensors_file
from model import Pane


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("out")
    parser.add_argument("--share", type=float, required=True, help="of the way from the first to the second")
    args = parser.parse_args()
    before, after = (safetensors_file.load_into(Pane(), path).state_dict() for path in (args.before, args.after))
    safetensors_file.write(args.out, {name: before[name].lerp(after[name], args.share) for name in after})


if __name__ == "__main__":
    main()
