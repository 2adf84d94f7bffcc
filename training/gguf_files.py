"""GGUF files of llama models and their tokenizers, read and written."""

import json

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf import quants
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

from llama import Config, Llama

QWEN2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL, NORMAL = 3, 1


def words(kind):
    """The pre-tokenizer that `tokenizer.ggml.pre` names."""
    if kind == "qwen2":
        split = [pre_tokenizers.Split(Regex(QWEN2_WORDS), behavior="isolated")]
        return pre_tokenizers.Sequence([*split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    if kind == "smollm":
        digits = pre_tokenizers.Digits(individual_digits=True)
        return pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    raise ValueError(f"pre-tokenizer must be qwen2 or smollm: tokenizer.ggml.pre={kind}")


class Metadata:
    """The keys of a GGUF file, as Python values, and its tensors, dequantised."""

    def __init__(self, path):
        self.reader = gguf.GGUFReader(path)

    def get(self, key, default=None):
        field = self.reader.fields.get(key)
        return default if field is None else field.contents()

    def tensors(self):
        """float32 arrays by name; integers as they are."""
        for tensor in self.reader.tensors:
            shape = [int(n) for n in reversed(tensor.shape)]
            if tensor.tensor_type == Type.I64:
                yield tensor.name, np.array(tensor.data).reshape(shape)
            else:
                yield tensor.name, quants.dequantize(tensor.data, tensor.tensor_type).reshape(shape).astype(np.float32)

    def tokenizer(self):
        tokens = self.get("tokenizer.ggml.tokens")
        merges = [tuple(m.split(" ", 1)) for m in self.get("tokenizer.ggml.merges")]
        tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
        tokenizer.pre_tokenizer, tokenizer.decoder = words(self.get("tokenizer.ggml.pre")), decoders.ByteLevel()
        types = self.get("tokenizer.ggml.token_type")
        tokenizer.add_special_tokens([t for t, kind in zip(tokens, types, strict=True) if kind == CONTROL])
        return tokenizer


def layer_names(index):
    return {
        "attention_norm": f"blk.{index}.attn_norm.weight",
        "attention.output": f"blk.{index}.attn_output.weight",
        "feed_forward_norm": f"blk.{index}.ffn_norm.weight",
        "feed_forward.down": f"blk.{index}.ffn_down.weight",
    }


def fused_names(index):
    return {
        "attention.qkv": [f"blk.{index}.attn_{x}.weight" for x in "qkv"],
        "feed_forward.gate_up": [f"blk.{index}.ffn_{x}.weight" for x in ("gate", "up")],
    }


def layer_tensors(layer, index, skip=()):
    """GGUF names and tensors of a layer, without those in `skip`."""
    rows = {"attention.qkv": layer.attention.split(), "feed_forward.gate_up": [layer.feed_forward.down.shape[1]] * 2}
    parameters = dict(layer.named_parameters())
    for mine, names in fused_names(index).items():
        yield from zip(names, parameters[mine].split(rows[mine]), strict=True)
    for mine, name in layer_names(index).items():
        if mine not in skip:
            yield name, parameters[mine]


def load_layer(layer, index, tensors, skip=()):
    state = {mine: tensors[name] for mine, name in layer_names(index).items() if mine not in skip}
    state |= {mine: np.concatenate([tensors[n] for n in names]) for mine, names in fused_names(index).items()}
    layer.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()}, strict=False)


def read_config(data):
    key = lambda name, default=None: data.get(f"llama.{name}", default)  # noqa: E731
    return Config(
        layers=key("block_count"),
        hidden=key("embedding_length"),
        heads=key("attention.head_count"),
        kv_heads=key("attention.head_count_kv"),
        feed_forward=key("feed_forward_length"),
        vocabulary=len(data.get("tokenizer.ggml.tokens")),
        context=key("context_length"),
        epsilon=key("attention.layer_norm_rms_epsilon"),
        rope_base=key("rope.freq_base", 10_000.0),
    )


def read_llama(path):
    """The model of a file whose output head is its embedding."""
    data = Metadata(path)
    tensors = dict(data.tensors())
    if "output.weight" in tensors:
        raise ValueError(f"output head must be the embedding: {path} has output.weight")
    model = Llama(read_config(data))
    with torch.no_grad():
        model.embedding.copy_(torch.from_numpy(tensors["token_embd.weight"]))
        model.norm.copy_(torch.from_numpy(tensors["output_norm.weight"]))
        for index, layer in enumerate(model.layers):
            load_layer(layer, index, tensors)
    return model


def write_config(writer, config, layers):
    writer.add_block_count(layers)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.hidden)
    writer.add_feed_forward_length(config.feed_forward)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_layer_norm_rms_eps(config.epsilon)
    writer.add_rope_dimension_count(config.head_size)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_vocab_size(config.vocabulary)


def write_tokenizer(writer, path, end="<|endoftext|>"):
    """A tokenizer.json of prepare.py; texts begin and end with the token `end`."""
    bpe = json.loads(path.read_text(encoding="utf-8"))["model"]
    tokens = sorted(bpe["vocab"], key=bpe["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([CONTROL if t == end else NORMAL for t in tokens])
    writer.add_token_merges([" ".join(m) for m in bpe["merges"]])
    writer.add_bos_token_id(tokens.index(end))
    writer.add_eos_token_id(tokens.index(end))
    writer.add_add_bos_token(True)


def copy_tokenizer(writer, data):
    """The tokenizer keys of another file, as they are."""
    for field in data.reader.fields.values():
        if field.name.startswith("tokenizer.ggml."):
            kind = field.types[0]
            sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=sub)


def add_tensor(writer, name, tensor):
    """Vectors as F32, integers as they are, matrices as Q8_0."""
    data = np.ascontiguousarray(tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor)
    if data.ndim == 1:
        writer.add_tensor(name, data)
    else:
        writer.add_tensor(name, quants.quantize(data, Type.Q8_0), raw_dtype=Type.Q8_0)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_llama(path, model, tokenizer, name, description, licence="apache-2.0"):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license(licence)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    write_config(writer, model.config, model.config.layers)
    write_tokenizer(writer, tokenizer)
    add_tensor(writer, "token_embd.weight", model.embedding)
    add_tensor(writer, "output_norm.weight", model.norm)
    for index, layer in enumerate(model.layers):
        for tensor_name, tensor in layer_tensors(layer, index):
            add_tensor(writer, tensor_name, tensor)
    finish(writer)
