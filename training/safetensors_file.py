"""Reads and writes .safetensors: 8 bytes header length, JSON header, raw little-endian tensors."""

import json
import struct

import numpy as np
import torch

TYPES = {"F32": np.float32, "F16": np.float16}
ALIGN = 8


def write(path, tensors, dtype="F32"):
    """tensors: {name: torch tensor}; all are stored as `dtype`."""
    header, offset, blobs = {"__metadata__": {"format": "pt"}}, 0, []
    for name, tensor in sorted(tensors.items()):
        array = tensor.detach().float().cpu().numpy().astype(TYPES[dtype])
        if not np.isfinite(array).all():
            raise ValueError(f"{name} does not fit {dtype}")
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
        blobs.append(array.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGN)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(blobs)


def read(path):
    """{name: float32 numpy array}"""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[begin:end], TYPES[entry["dtype"]])
            tensors[name] = array.reshape(entry["shape"]).astype(np.float32)
    return tensors


def load_into(model, path):
    model.load_state_dict({name: torch.from_numpy(array) for name, array in read(path).items()})
    return model


def grow_into(model, path):
    """Like load_into, but the file may have fewer layers: those it lacks keep their first weights and add nothing at the
    start, because what they write into the residual stream is zero."""
    tensors = {name: torch.from_numpy(array) for name, array in read(path).items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any(".layers." not in name for name in missing):
        raise ValueError(f"{path} is of another kind of model: {(missing + unexpected)[:4]}")
    with torch.no_grad():
        for name in missing:
            if name.endswith(("o_proj.weight", "down_proj.weight", "out_proj.weight", "fc2.weight")):
                model.get_parameter(name).zero_()
    return model
