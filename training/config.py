"""The model's shape in the words of Hugging Face's config.json, and the special tokens."""

SPECIAL_TOKENS = ["<|bos|>", "<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<image>"]
BOS, END, PAD, SYSTEM, USER, ASSISTANT, IMAGE = range(len(SPECIAL_TOKENS))

VOCAB_SIZE = 2048
CONTEXT_LENGTH = 1024
IMAGE_SIZE = 48
PATCH_SIZE = 8
VISUAL_TOKENS = (IMAGE_SIZE // PATCH_SIZE) ** 2  # 36

# Every text matrix has 256 or 512 columns: K-quants work on rows of 256 weights. head_dim 32: blocks of an 8-bit cache.
TEXT_CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCAB_SIZE,
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 3,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 32,
    "max_position_embeddings": CONTEXT_LENGTH,
    "rope_theta": 10000.0,
    "rope_scaling": None,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": True,
    "bos_token_id": BOS,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "torch_dtype": "float16",
}

VISION_CONFIG = {
    "model_type": "siglip_vision_model",
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_channels": 3,
    "image_size": IMAGE_SIZE,
    "patch_size": PATCH_SIZE,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
    "attention_dropout": 0.0,
    "vision_use_head": False,
}

CONFIG = {
    "architectures": ["LlavaForConditionalGeneration"],
    "model_type": "llava",
    "image_token_index": IMAGE,
    "image_seq_length": VISUAL_TOKENS,
    "projector_hidden_act": "gelu",
    "multimodal_projector_bias": True,
    "vision_feature_layer": -1,
    "vision_feature_select_strategy": "full",
    "tie_word_embeddings": True,
    "bos_token_id": BOS,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "torch_dtype": "float16",
    "text_config": TEXT_CONFIG,
    "vision_config": VISION_CONFIG,
}

PREPROCESSOR_CONFIG = {
    "image_processor_type": "SiglipImageProcessor",
    "do_convert_rgb": True,
    "do_resize": True,
    "size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE},
    "resample": 2,  # bilinear: no overshoot at the edges of flat shapes
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}

PROCESSOR_CONFIG = {
    "processor_class": "LlavaProcessor",
    "image_token": "<image>",
    "num_additional_image_tokens": 0,
    "patch_size": PATCH_SIZE,
    "vision_feature_select_strategy": "full",
}

GENERATION_CONFIG = {
    "bos_token_id": BOS,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "do_sample": False,
    "max_new_tokens": 200,
}

# Content is a string, or a list of parts {"type": "image"} and {"type": "text", "text": ...}.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' }}"
    "{% if message['content'] is string %}{{ message['content'] | trim }}"
    "{% else %}{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>' }}"
    "{% else %}{{ part['text'] | trim }}{% endif %}{% endfor %}{% endif %}{{ '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
