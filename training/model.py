"""The model in PyTorch 1.13 or newer. Parameter names are those of Hugging Face's LlavaForConditionalGeneration.

Letters: B rows, T tokens, C hidden, H heads, K kv heads, D head dim, F mlp, V vocab, N pictures, P patches, S cached tokens."""

import torch
from torch import nn
from torch.nn import functional as F

from config import CONFIG, IMAGE


def rope_tables(config):
    """cos and sin [context, D/2] of m * theta^(-2i/D), computed in float64."""
    half = config["head_dim"] // 2
    speeds = config["rope_theta"] ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(config["max_position_embeddings"], dtype=torch.float64)[:, None] * speeds
    return angles.cos().float(), angles.sin().float()


def rotate(x, cos, sin):
    """Rotates the pairs (x_i, x_{i+D/2}); x [B, H, T, D], cos and sin broadcast to [B, 1, T, D/2]."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def attend(q, k, v, causal=False, mask=None):
    """softmax(q k^T / sqrt(D)) v; q [B, H, T, D], k and v [B, H, S, D], mask additive [B, 1, T, S]."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if causal:
        length = q.shape[-2]
        mask = torch.full((length, length), -1e4, device=q.device, dtype=scores.dtype).triu(1)
    if mask is not None:
        scores += mask
    return scores.softmax(-1).to(v.dtype) @ v


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        x = x.float()
        return x * (x.square().mean(-1, keepdim=True) + self.eps).rsqrt() * self.weight


class TextAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads, self.kv_heads, self.dim = (config[k] for k in ("num_attention_heads", "num_key_value_heads", "head_dim"))
        hidden, inner = config["hidden_size"], self.heads * self.dim
        self.q_proj = nn.Linear(hidden, inner, bias=False)
        self.k_proj = nn.Linear(hidden, self.kv_heads * self.dim, bias=False)
        self.v_proj = nn.Linear(hidden, self.kv_heads * self.dim, bias=False)
        self.o_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x, rope, cache=None):
        b, t, _ = x.shape
        split = lambda y, n: y.view(b, t, n, self.dim).transpose(1, 2)
        q, k, v = split(self.q_proj(x), self.heads), split(self.k_proj(x), self.kv_heads), split(self.v_proj(x), self.kv_heads)
        q, k = rotate(q, *rope), rotate(k, *rope)
        mask = None
        if cache is not None:
            k, v, mask = cache.extend(self, k, v)
        groups = self.heads // self.kv_heads
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        q, k = q.to(v.dtype), k.to(v.dtype)
        out = attend(q, k, v, causal=cache is None, mask=mask)
        return self.o_proj(out.transpose(1, 2).reshape(b, t, -1))


class TextMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj, self.up_proj = nn.Linear(hidden, inner, bias=False), nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class TextLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config["rms_norm_eps"]
        self.self_attn, self.mlp = TextAttention(config), TextMLP(config)
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(hidden, eps), RMSNorm(hidden, eps)

    def forward(self, x, rope, cache=None, keep=None):
        """keep [B, T] bool: go on with these positions alone, as [kept, C]"""
        x = x + self.self_attn(self.input_layernorm(x), rope, cache)
        x = x if keep is None else x[keep]
        return x + self.mlp(self.post_attention_layernorm(x))


class TextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(TextLayer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        cos, sin = rope_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, x, positions=None, cache=None, keep=None):
        """x [B, T, C] -> normed hidden states, of the positions in keep [B, T] alone if given; positions [B, T] or None for 0, 1, 2, ..."""
        if positions is None:
            rope = self.cos[: x.shape[1]], self.sin[: x.shape[1]]
        else:
            rope = self.cos[positions][:, None], self.sin[positions][:, None]
        for layer in self.layers[:-1]:
            x = layer(x, rope, cache)
        return self.norm(self.layers[-1](x, rope, cache, keep))


class VisionAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(hidden, hidden) for _ in range(4))

    def forward(self, x):
        n, p, c = x.shape
        split = lambda y: y.view(n, p, self.heads, c // self.heads).transpose(1, 2)
        out = attend(split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x)))
        return self.out_proj(out.transpose(1, 2).reshape(n, p, c))


class VisionMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.fc1 = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.fc2 = nn.Linear(config["intermediate_size"], config["hidden_size"])

    def forward(self, x):
        x = self.fc1(x)
        # gelu_pytorch_tanh: x / 2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
        return self.fc2(F.gelu(x, approximate="tanh"))


class VisionLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config["layer_norm_eps"]
        self.self_attn, self.mlp = VisionAttention(config), VisionMLP(config)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(hidden, eps), nn.LayerNorm(hidden, eps)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class VisionEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        size, hidden = config["patch_size"], config["hidden_size"]
        self.patch_embedding = nn.Conv2d(config["num_channels"], hidden, size, stride=size)
        self.position_embedding = nn.Embedding((config["image_size"] // size) ** 2, hidden)

    def forward(self, pixels):
        """The convolution as a matrix product over flattened patches (channel, y, x): much faster where it is small."""
        n, c, h, w = pixels.shape
        weight, s = self.patch_embedding.weight, self.patch_embedding.kernel_size[0]
        patches = pixels.view(n, c, h // s, s, w // s, s).permute(0, 2, 4, 1, 3, 5).reshape(n, -1, c * s * s)
        return F.linear(patches, weight.flatten(1), self.patch_embedding.bias) + self.position_embedding.weight


class VisionModel(nn.Module):
    """Siglip's tower. post_layernorm is in the file, as the format wants, and is not applied to feature layers."""

    def __init__(self, config):
        super().__init__()
        self.embeddings, self.encoder = VisionEmbeddings(config), nn.Module()
        self.encoder.layers = nn.ModuleList(VisionLayer(config) for _ in range(config["num_hidden_layers"]))
        self.post_layernorm = nn.LayerNorm(config["hidden_size"], config["layer_norm_eps"])

    def forward(self, pixels):
        """[N, 3, 48, 48] normalized -> [N, P, vision hidden]: the state after the last layer (feature layer -1)."""
        x = self.embeddings(pixels)
        for layer in self.encoder.layers:
            x = layer(x)
        return x


class Projector(nn.Module):
    def __init__(self, vision_size, text_size):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(vision_size, text_size), nn.Linear(text_size, text_size)

    def forward(self, x):
        return self.linear_2(F.gelu(self.linear_1(x)))


class Pane(nn.Module):
    def __init__(self, config=CONFIG):
        super().__init__()
        text, vision = config["text_config"], config["vision_config"]
        self.config = config
        self.vision_tower, self.language_model = nn.Module(), nn.Module()
        self.vision_tower.vision_model = VisionModel(vision)
        self.multi_modal_projector = Projector(vision["hidden_size"], text["hidden_size"])
        self.language_model.model = TextModel(text)
        # Changes image rows while training: row_jitter.py.
        self.jitter = None
        self.reset()

    def reset(self):
        """Normal 0.02; matrices that write into the residual stream are scaled by 1 / sqrt(2 layers)."""
        layers = self.config["text_config"]["num_hidden_layers"]
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                out = name.endswith(("o_proj.weight", "down_proj.weight", "out_proj.weight", "fc2.weight"))
                nn.init.normal_(parameter, std=0.04 / (2 * layers) ** 0.5 if out else 0.04)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def image_rows(self, pixels):
        """uint8 or normalized pixels -> [N, P, C]"""
        if pixels.dtype == torch.uint8:
            pixels = (pixels.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
        return self.multi_modal_projector(self.vision_tower.vision_model(pixels))

    def embed(self, ids, pixels=None):
        """Token embeddings [B, T, C]; the k-th image token of the batch gets the k-th image row."""
        x = self.language_model.model.embed_tokens(ids)
        if pixels is None or len(pixels) == 0:
            return x
        rows = self.image_rows(pixels)
        rows = (self.jitter(rows) if self.jitter else rows).flatten(0, 1).to(x.dtype)
        here = ids == IMAGE
        index = (here.flatten().cumsum(0) - 1).clamp(min=0).view_as(ids)
        return torch.where(here[..., None], rows[index], x)

    def forward(self, ids, pixels=None, positions=None, cache=None, keep=None):
        return self.language_model.model(self.embed(ids, pixels), positions, cache, keep)

    def logits(self, hidden):
        """The head is the embedding table."""
        return F.linear(hidden, self.language_model.model.embed_tokens.weight)


def parameter_count(model):
    return sum(parameter.numel() for parameter in model.parameters())
