"""Runs an exported directory with numpy alone, in float64 and from its config.json, and compares with PyTorch.

    python3 training/check_export.py DIR
Nothing is shared with model.py: an error in names, shapes or settings shows up as different logits."""

import argparse
import json
import math
import pathlib
import random

import numpy as np
import torch

import safetensors_file
from conversations import encode_prompt
from evaluate import load
from mixture import ROWS

TOLERANCE = 1e-4


class Reference:
    def __init__(self, directory):
        self.config = json.loads((directory / "config.json").read_text())
        self.tensors = {k: v.astype(np.float64) for k, v in safetensors_file.read(directory / "model.safetensors").items()}

    def linear(self, x, name):
        y = x @ self.tensors[name + ".weight"].T
        return y + self.tensors[name + ".bias"] if name + ".bias" in self.tensors else y

    def layer_norm(self, x, name, eps):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
        return x * self.tensors[name + ".weight"] + self.tensors[name + ".bias"]

    def rms_norm(self, x, name):
        eps = self.config["text_config"]["rms_norm_eps"]
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * self.tensors[name + ".weight"]

    def image_rows(self, pixels):
        """pixels uint8 [48, 48, 3] -> [36, C]"""
        config, root = self.config["vision_config"], "vision_tower.vision_model."
        size, n = config["patch_size"], config["image_size"] // config["patch_size"]
        x = (pixels.astype(np.float64) / 255 - 0.5) / 0.5
        x = x.reshape(n, size, n, size, 3).transpose(0, 2, 4, 1, 3).reshape(n * n, -1)
        weight = self.tensors[root + "embeddings.patch_embedding.weight"]
        x = x @ weight.reshape(len(weight), -1).T + self.tensors[root + "embeddings.patch_embedding.bias"]
        x = x + self.tensors[root + "embeddings.position_embedding.weight"]
        for i in range(config["num_hidden_layers"]):
            x = self.vision_layer(x, f"{root}encoder.layers.{i}.", config)
        x = self.linear(x, "multi_modal_projector.linear_1")
        x = x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
        return self.linear(x, "multi_modal_projector.linear_2")

    def vision_layer(self, x, name, config):
        heads, eps = config["num_attention_heads"], config["layer_norm_eps"]
        y = self.layer_norm(x, name + "layer_norm1", eps)
        q, k, v = (split(self.linear(y, f"{name}self_attn.{p}_proj"), heads) for p in "qkv")
        y = join(softmax(q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])) @ v)
        x = x + self.linear(y, name + "self_attn.out_proj")
        y = self.linear(self.layer_norm(x, name + "layer_norm2", eps), name + "mlp.fc1")
        y = 0.5 * y * (1 + np.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
        return x + self.linear(y, name + "mlp.fc2")

    def text_layer(self, x, name, config):
        heads, kv_heads, dim = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]
        y = self.rms_norm(x, name + "input_layernorm")
        q, k, v = (split(self.linear(y, f"{name}self_attn.{p}_proj"), n) for p, n in (("q", heads), ("k", kv_heads), ("v", kv_heads)))
        q, k = (rope(t, config["rope_theta"]) for t in (q, k))
        k, v = k.repeat(heads // kv_heads, 0), v.repeat(heads // kv_heads, 0)
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(dim)
        scores[:, np.triu(np.ones(scores.shape[1:], bool), 1)] = -np.inf
        x = x + self.linear(join(softmax(scores) @ v), name + "self_attn.o_proj")
        y = self.rms_norm(x, name + "post_attention_layernorm")
        gate = self.linear(y, name + "mlp.gate_proj")
        return x + self.linear(gate / (1 + np.exp(-gate)) * self.linear(y, name + "mlp.up_proj"), name + "mlp.down_proj")

    def logits(self, ids, images):
        """Logits [T, V] of one row of ids."""
        config, root = self.config["text_config"], "language_model.model."
        table = self.tensors[root + "embed_tokens.weight"]
        x = table[ids]
        if images:
            x[np.array(ids) == self.config["image_token_index"]] = np.concatenate([self.image_rows(i) for i in images])
        for i in range(config["num_hidden_layers"]):
            x = self.text_layer(x, f"{root}layers.{i}.", config)
        return self.rms_norm(x, root + "norm") @ table.T


def split(x, heads):
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def join(x):
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def rope(x, theta):
    half = x.shape[-1] // 2
    angles = np.arange(x.shape[1])[:, None] * theta ** (-np.arange(half) / half)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate((a * np.cos(angles) - b * np.sin(angles), b * np.cos(angles) + a * np.sin(angles)), -1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=pathlib.Path)
    directory = parser.parse_args().directory
    model, tokenizer = load(directory)
    reference, worst = Reference(directory), 0.0
    for row, maker in ROWS[2].items():
        item = maker(random.Random(1), True)
        ids = encode_prompt(tokenizer, item)
        images = item.pictures
        with torch.no_grad():
            pixels = torch.from_numpy(np.stack(images)) if images else None
            got = model.logits(model(torch.tensor([ids]), pixels))[0].numpy()
        error = np.abs(got - reference.logits(ids, images)).max()
        worst = max(worst, error)
        print(f"{row:18} {len(ids):4} tokens  largest difference of logits {error:.2e}")
    print("agrees" if worst <= TOLERANCE else "DIFFERS")
    raise SystemExit(int(worst > TOLERANCE))


if __name__ == "__main__":
    main()
