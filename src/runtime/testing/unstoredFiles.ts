/** Large model files of which nothing is stored: their headers are written, their values are made when read. */
import { type ByteSource, memorySource } from "../files/byteSource";
import { writeGguf } from "./ggufWriter";
import { jsonFile } from "./tinyModel";

const GGUF_Q4_0 = 2;
const GGUF_F32 = 0;

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

/** Called before each read. */
export type OnRead = () => void;

const VALUE_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
/** Some 0.001 in each type; f32 varies a little with the place. */
const VALUES = { F32: [0, 18, 131, 58], F16: [25, 20], BF16: [131, 58] } as const;

/** config.json and model.safetensors of a Llama with hidden size 576 and 40,000 tokens. */
export function unstoredLlama(dtype: "F32" | "BF16", layers: number, onRead: OnRead): ByteSource[] {
  const [V, C, F] = [40_000, 576, 1536];
  const shapes: [string, number[]][] = [["model.embed_tokens.weight", [V, C]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    shapes.push(
      [`${at}.input_layernorm.weight`, [C]],
      [`${at}.self_attn.q_proj.weight`, [C, C]],
      [`${at}.self_attn.k_proj.weight`, [192, C]],
      [`${at}.self_attn.v_proj.weight`, [192, C]],
      [`${at}.self_attn.o_proj.weight`, [C, C]],
      [`${at}.post_attention_layernorm.weight`, [C]],
      [`${at}.mlp.gate_proj.weight`, [F, C]],
      [`${at}.mlp.up_proj.weight`, [F, C]],
      [`${at}.mlp.down_proj.weight`, [C, F]],
    );
  }
  shapes.push(["model.norm.weight", [C]]);
  const config = {
    ...{ model_type: "llama", vocab_size: V, hidden_size: C, num_attention_heads: 9, num_key_value_heads: 3 },
    ...{ num_hidden_layers: layers, intermediate_size: F, max_position_embeddings: 64, tie_word_embeddings: true },
  };
  return [memorySource(jsonFile(config), "config.json"), unstoredSafetensors(shapes, dtype, onRead)];
}

/** config.json and model.safetensors of a GPT-2 of GPT-2 small's width: matrices lie [in, out]. */
export function unstoredGpt2(dtype: "F32" | "F16", layers: number, onRead: OnRead): ByteSource[] {
  const [V, C] = [20_000, 768];
  const shapes: [string, number[]][] = [
    ["wte.weight", [V, C]],
    ["wpe.weight", [64, C]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const at = `h.${layer}`;
    const linear = (name: string, rows: number, columns: number): [string, number[]][] => [
      [`${at}.${name}.weight`, [rows, columns]],
      [`${at}.${name}.bias`, [columns]],
    ];
    shapes.push(
      [`${at}.ln_1.weight`, [C]],
      [`${at}.ln_1.bias`, [C]],
      ...linear("attn.c_attn", C, 3 * C),
      ...linear("attn.c_proj", C, C),
      [`${at}.ln_2.weight`, [C]],
      [`${at}.ln_2.bias`, [C]],
      ...linear("mlp.c_fc", C, 4 * C),
      ...linear("mlp.c_proj", 4 * C, C),
    );
  }
  shapes.push(["ln_f.weight", [C]], ["ln_f.bias", [C]]);
  const config = { model_type: "gpt2", vocab_size: V, n_embd: C, n_layer: layers, n_head: 12, n_positions: 64 };
  return [memorySource(jsonFile(config), "config.json"), unstoredSafetensors(shapes, dtype, onRead)];
}

/** A Llama in one GGUF file, matrices in q4_0. */
export function unstoredGguf(layers: number, onRead: OnRead): ByteSource[] {
  const [V, C, F] = [40_000, 1024, 2816];
  const shapes: [string, number[]][] = [["token_embd.weight", [V, C]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    shapes.push(
      [`${at}.attn_norm.weight`, [C]],
      [`${at}.attn_q.weight`, [C, C]],
      [`${at}.attn_k.weight`, [C, C]],
      [`${at}.attn_v.weight`, [C, C]],
      [`${at}.attn_output.weight`, [C, C]],
      [`${at}.ffn_norm.weight`, [C]],
      [`${at}.ffn_gate.weight`, [F, C]],
      [`${at}.ffn_up.weight`, [F, C]],
      [`${at}.ffn_down.weight`, [C, F]],
    );
  }
  shapes.push(["output_norm.weight", [C]]);
  const whole = (value: number) => ({ kind: "uint32", value }) as const;
  let offset = 0;
  const tensors = shapes.map(([name, shape]) => {
    const type = shape.length === 1 ? GGUF_F32 : GGUF_Q4_0;
    const values = shape.reduce((product, count) => product * count, 1);
    const tensor = { name, shape, type, data: new Uint8Array(0), offset };
    offset += Math.ceil((type === GGUF_F32 ? values * 4 : (values / 32) * 18) / 32) * 32;
    return tensor;
  });
  const header = writeGguf({
    metadata: {
      "general.architecture": { kind: "string", value: "llama" },
      "llama.embedding_length": whole(C),
      "llama.attention.head_count": whole(16),
      "llama.attention.layer_norm_rms_epsilon": { kind: "float32", value: 1e-6 },
      "llama.context_length": whole(64),
      "llama.block_count": whole(layers),
      "llama.feed_forward_length": whole(F),
    },
    tensors,
  });
  // Zeros are sound blocks of q4_0, and norm weights of 0.
  return [unstored("model.gguf", header, offset, onRead, () => {})];
}

function unstoredSafetensors(shapes: Shapes, dtype: keyof typeof VALUE_BYTES, onRead: OnRead): ByteSource {
  const size = VALUE_BYTES[dtype];
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    const bytes = shape.reduce((product, count) => product * count, size);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = jsonFile(header);
  const start = new Uint8Array(8 + text.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  start.set(text, 8);
  return unstored("model.safetensors", start, offset, onRead, (bytes) => {
    for (let i = 0; i + size <= bytes.length; i += size) {
      bytes.set(VALUES[dtype], i);
      if (dtype === "F32") bytes[i] = i & 63;
    }
  });
}

function unstored(
  name: string,
  start: Uint8Array,
  rest: number,
  onRead: OnRead,
  fill: (bytes: Uint8Array) => void,
): ByteSource {
  return {
    name,
    sizeBytes: start.length + rest,
    async read(from, length) {
      onRead();
      const bytes = new Uint8Array(length);
      if (from < start.length) bytes.set(start.subarray(from, from + length));
      else fill(bytes);
      return bytes;
    },
  };
}
