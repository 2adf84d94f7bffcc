"""Converts a published EAGLE-3 head (a folder with config.json and model.safetensors) to GGUF."""

import argparse
import json
import pathlib

import gguf
import numpy as np
from safetensors.numpy import load_file

from gguf_files import Metadata, add_tensor, copy_tokenizer, finish

LAYER = {
    "input_layernorm.weight": "attn_norm.weight",
    "hidden_norm.weight": "attn_norm_2.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
}
OUTER = {
    "fc.weight": "fc.weight",
    "norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "embed_tokens.weight": "token_embd.weight",
    "input_norm.weight": "enc.output_norm.weight",
}


def paired(weight, heads):
    """Rows of a query or key matrix from halves, as safetensors rotate them, to the neighbouring pairs of GGUF."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def gguf_name(name):
    name = name.removeprefix("model.")
    for prefix in ("midlayer.", "layers.0."):
        if name.startswith(prefix):
            inner = LAYER.get(name.removeprefix(prefix))
            return inner and f"blk.0.{inner}"
    return OUTER.get(name)


def absolute(offsets):
    """Target ids of draft ids; checkpoints store how far each is from its draft id."""
    ids = np.arange(len(offsets), dtype=np.int64) + offsets.astype(np.int64)
    if len(np.unique(ids)) != len(ids) or ids.min() < 0:
        raise SystemExit(f"d2t must map draft ids to different target ids: {len(ids)} draft ids, {len(np.unique(ids))} target ids")
    return ids


def convert(folder, target, output):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "model.safetensors")
    heads, kv_heads = config["num_attention_heads"], config.get("num_key_value_heads", config["num_attention_heads"])
    hidden = config["hidden_size"]
    layers = target.get(f"{target.get('general.architecture')}.block_count")
    writer = gguf.GGUFWriter(output, "eagle3")
    writer.add_name(config.get("_name_or_path") or folder.name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_block_count(1)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config.get("head_dim") or hidden // heads)
    writer.add_rope_freq_base(config.get("rope_theta", 10_000.0))
    writer.add_vocab_size(config["vocab_size"])
    wanted = config.get("eagle_aux_hidden_state_layer_ids") or [2, layers // 2, layers - 3]
    writer.add_array("eagle3.target_layers", wanted)
    writer.add_uint32("eagle3.target_hidden_size", config.get("target_hidden_size", hidden))
    writer.add_bool("eagle3.norm_before_residual", bool(config.get("norm_before_residual", False)))
    writer.add_bool("eagle3.norm_before_fc", any(n.endswith("input_norm.weight") for n in tensors))
    copy_tokenizer(writer, target)
    for name, tensor in tensors.items():
        if name == "t2d":
            continue
        if name == "d2t":
            writer.add_tensor("d2t", absolute(tensor))
            continue
        if (renamed := gguf_name(name)) is None:
            raise SystemExit(f"tensor must be one of an EAGLE-3 head: {name} {tensor.shape}")
        tensor = tensor.astype(np.float32)
        if renamed.endswith(("attn_q.weight", "attn_k.weight")):
            tensor = paired(tensor, heads if renamed.endswith("q.weight") else kv_heads)
        add_tensor(writer, renamed, tensor)
    finish(writer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path, help="the target's GGUF file, whose tokenizer is copied")
    parser.add_argument("output", type=pathlib.Path)
    args = parser.parse_args()
    convert(args.folder, Metadata(args.target), args.output)
    print(f"{args.output}: {args.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
