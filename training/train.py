"""Trains the model; on a CPU or a GPU, from nothing or from weights alone, and stops in time.

    python3 training/train.py --stage 1 --out DIR --budget-minutes 120
    python3 training/train.py --stage 2 --out DIR --resume FILE.safetensors --budget-minutes 9 --device cuda
DIR receives model.safetensors (f32), log.jsonl and, at the end, evaluation.json."""

import argparse
import json
import os
import pathlib
import random
import shutil
import time

import torch
from torch.nn import functional as F

import safetensors_file
from align import align_images, word_vectors
from config import PAD
from conversations import IGNORE
from evaluate import evaluate, print_heads
from even_wrongs import EvenWrongs
from feed import Feed, picture_feed
from first_heads import balance_image_rows, start_heads
from match_heads import start_match_heads
from model import Pane, parameter_count
from optimizer import Optimizer
from quantize import quantized
from row_jitter import RowJitter
from tokenizer import load_tokenizer
from vision_warmup import WarmupHeads


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tokenizer", help="default: tokenizer.json in --out")
    parser.add_argument("--resume", help="weights to start from, f32 or f16; may have fewer layers")
    parser.add_argument("--budget-minutes", type=float, default=60, help="all in all, evaluation included")
    parser.add_argument("--evaluation-minutes", type=float, default=None, help="kept free at the end; default 8 %% of the budget")
    parser.add_argument("--vision-minutes", type=float, default=0, help="warm-up of the vision tower alone, first")
    parser.add_argument("--align-minutes", type=float, default=0, help="first bring image rows to the embeddings of words")
    parser.add_argument("--freeze-vision", action="store_true", help="leave tower and projector as they are: small batches blur them")
    parser.add_argument("--first-heads", action="store_true", help="start two heads as first_heads.py says; for new models")
    parser.add_argument("--match-heads", action="store_true", help="start a head that looks up what a word names in the picture; needs aligned rows")
    parser.add_argument("--jitter-rows", action="store_true", help="row_jitter.py; with --freeze-vision")
    parser.add_argument("--even", type=float, default=0, help="strength of even_wrongs.py; 0.02 does")
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that generate data; 0: in the training process")
    parser.add_argument("--tokens", type=int, default=None, help="tokens per step; default 4096, on a GPU 65536")
    parser.add_argument("--rate", type=float, default=4e-3, help="twice the step size of the blocks' matrices; smaller for small batches")
    parser.add_argument("--plain-rate", type=float, help="step size of embeddings, norms and biases; default: --rate")
    parser.add_argument("--decay-share", type=float, default=0.4, help="last share of the time in which the rate falls to 2 %%")
    parser.add_argument("--full-length", action="store_true", help="long conversations from the start; for resumed runs")
    parser.add_argument("--quantize", choices=("q8_0", "q4_0"), help="train to bear this level; for the last run")
    parser.add_argument("--items", type=int, default=40, help="held-out items per row at the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="torch.compile the blocks (torch 2)")
    return parser.parse_args()


class Clock:
    """Time decides the rate and the end, so that a run always fits its budget."""

    def __init__(self, args, start):
        reserve = args.budget_minutes * 0.08 if args.evaluation_minutes is None else args.evaluation_minutes
        self.begin, self.end = time.time(), start + (args.budget_minutes - reserve) * 60
        self.decay_share = args.decay_share

    @property
    def progress(self):
        return min((time.time() - self.begin) / max(self.end - self.begin, 1e-9), 1.0)

    def scale(self, step):
        """Linear warm-up over 50 steps, flat, then linear decay to 2 %."""
        p = self.progress
        falling = max((1 - p) / self.decay_share, 0.02) if self.decay_share > 0 else 1.0
        return min(1.0, (step + 1) / 50, falling)


def save(model, out):
    """Whole or not at all: a run that is stopped while writing leaves the older file."""
    path = out / "model.safetensors"
    safetensors_file.write(path.with_suffix(".part"), model.state_dict())
    os.replace(path.with_suffix(".part"), path)


class Log:
    def __init__(self, out):
        self.path, self.start = out / "log.jsonl", time.time()

    def __call__(self, **fields):
        fields = {"minutes": round((time.time() - self.start) / 60, 2), **fields}
        with open(self.path, "a") as file:
            file.write(json.dumps({k: round(v, 5) if isinstance(v, float) else v for k, v in fields.items()}) + "\n")
        print(fields, flush=True)


def warm_up_vision(model, args, log):
    tower = model.vision_tower.vision_model
    heads = WarmupHeads(model.config["vision_config"]["hidden_size"]).to(args.device)
    optimizer = Optimizer([*tower.named_parameters(), *heads.named_parameters()], args.rate / 2, args.rate)
    end, begin, step, pictures = time.time() + args.vision_minutes * 60, time.time(), 0, 0
    for images, labels in picture_feed(args):
        images, labels = torch.from_numpy(images).to(args.device), torch.from_numpy(labels).to(args.device).long()
        pixels = (images.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
        with torch.autocast(args.device, torch.bfloat16):
            x = tower(pixels)
        loss, right = heads.loss(x, labels)
        loss.backward()
        left = (end - time.time()) / (end - begin)
        optimizer.step(min(1.0, (step + 1) / 50, max(left * 2.5, 0.02)))
        step, pictures = step + 1, pictures + len(images)
        if step % 50 == 0 or left <= 0:
            log(phase="vision", step=step, pictures=pictures, loss=loss.item(), right=[round(r, 4) for r in right])
        if left <= 0:
            return


def loss_of(model, batch, device, even=None):
    """Mean cross entropy over the assistant's tokens, plus what `even` (even_wrongs.py) says; logits are computed for these alone."""
    batch = {key: torch.from_numpy(array).to(device) for key, array in batch.items()}
    ids, labels = batch["ids"].long(), batch["labels"].long()
    with torch.autocast(device, torch.bfloat16):
        keep = labels != IGNORE
        logits = model.logits(model(ids, batch["pixels"], keep=keep))
    logits, labels = logits.float(), labels[keep]
    return F.cross_entropy(logits, labels) + (even(logits, labels) if even else 0)


def run(model, args, out, log, start):
    feed = Feed(args)
    even = EvenWrongs(load_tokenizer(args.tokenizer), args.even) if args.even else None
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    optimizer = Optimizer(named, args.rate / 2, args.plain_rate or args.rate)
    clock, step, tokens, mean = Clock(args, start), 0, 0, None
    saved = shown = time.time()
    shown_tokens = 0
    for batch in feed:
        feed.progress.value = clock.progress
        # Every other step computes with quantized weights, where that is asked for.
        with quantized(model, args.quantize if step % 2 else None):
            loss = loss_of(model, batch, args.device, even)
            loss.backward()
        optimizer.step(clock.scale(step))
        step, tokens = step + 1, tokens + int((batch["ids"] != PAD).sum())
        now = time.time()
        if now - shown > 15 or step == 1:
            value = loss.item()
            mean = value if mean is None else 0.7 * mean + 0.3 * value
            speed = (tokens - shown_tokens) / (now - shown)
            log(phase="train", step=step, tokens=tokens, loss=mean, scale=clock.scale(step), tokens_per_second=int(speed), **({"uneven": even.last} if even else {}))
            shown, shown_tokens = now, tokens
        if now - saved > args.checkpoint_minutes * 60:
            save(model, out)
            saved = now
        if clock.progress >= 1:
            break
    save(model, out)


def main():
    args, start = parse(), time.time()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.tokens = args.tokens or (65536 if args.device == "cuda" else 4096)
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    args.tokenizer = args.tokenizer or str(out / "tokenizer.json")
    if pathlib.Path(args.tokenizer) != out / "tokenizer.json":
        shutil.copyfile(args.tokenizer, out / "tokenizer.json")
    model = Pane()
    if args.resume:
        safetensors_file.grow_into(model, args.resume)
    model.to(args.device)
    log = Log(out)
    log(phase="start", parameters=parameter_count(model), torch=torch.__version__, **vars(args))
    if args.vision_minutes:
        warm_up_vision(model, args, log)
        save(model, out)
    if args.first_heads:
        pictures = next(iter(picture_feed(args)))[0]
        balance_image_rows(model, torch.from_numpy(pictures).to(args.device))
        start_heads(model)
    if args.align_minutes:
        align_images(model, args, log)
        save(model, out)
    if args.match_heads:
        tokenizer = load_tokenizer(args.tokenizer)
        start_match_heads(model, tokenizer, random.Random(args.seed), *word_vectors(model, tokenizer))
    if args.freeze_vision:
        for part in (model.vision_tower, model.multi_modal_projector):
            part.requires_grad_(False)
    if args.jitter_rows:
        model.jitter = RowJitter(model)
        log(phase="jitter", fit=model.jitter.fit)
    text = model.language_model.model
    if args.compile:
        # Only the method: a compiled module would rename the parameters.
        text.forward = torch.compile(text.forward, dynamic=True)
    run(model, args, out, log, start)
    vars(text).pop("forward", None)
    model.jitter = None
    tokenizer = load_tokenizer(args.tokenizer)
    results = {"rows": evaluate(model, tokenizer, args.stage, args.items, show=2), "heads": print_heads(model)}
    (out / "evaluation.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
