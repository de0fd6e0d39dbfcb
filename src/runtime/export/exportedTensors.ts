/** What the tensors of a model become in a GGUF file: names, types, and the order of rows. */
import { VitrineError } from "../../shared/errors";
import type { BlockTensors, LinearRefs, ModelSpec, ModelTensors } from "../../shared/modelSpec";
import { type FormatId, fileBytes, type Level, QUANT_FORMATS } from "../../shared/quant";
import type { Recipe } from "../../shared/recipes";
import type { ModelFiles } from "../files/modelFiles";
import { targetFormat } from "../model/matrixLoader";
import { formatOf } from "../model/readRows";
import { recipeTensors } from "../model/recipeTensors";
import { requireTensor, type TensorEntry, type TensorSource } from "../model/tensorSource";
import type { DescribedModel } from "../openModel";

export interface ExportedTensor {
  readonly name: string;
  readonly entry: TensorEntry;
  /** Values in a row; all of them for vectors. */
  readonly columns: number;
  readonly rows: number;
  readonly shape: readonly number[];
  readonly target: FormatId;
  /** Rows of a head whose halves are interleaved, as GGUF has queries and keys of Llama; null: as they are. */
  readonly interleavedHead: number | null;
  readonly sizeBytes: number;
}

/** Of a block, beside the names that GGUF gives them. */
const BLOCK_NAMES = {
  attentionNorm: "attn_norm",
  qProj: "attn_q",
  kProj: "attn_k",
  vProj: "attn_v",
  oProj: "attn_output",
  qNorm: "attn_q_norm",
  kNorm: "attn_k_norm",
  mlpNorm: "ffn_norm",
  gateProj: "ffn_gate",
  upProj: "ffn_up",
  downProj: "ffn_down",
} as const satisfies Partial<Record<keyof BlockTensors, string>>;

/** @param isInterleaved whether the architecture has queries and keys in interleaved pairs */
export function exportedTensors(
  files: ModelFiles,
  described: DescribedModel,
  choice: { readonly level: Level; readonly recipe: Recipe | "" },
  isInterleaved: boolean,
): ExportedTensor[] {
  const { tensors, source } = described;
  const levels = recipeTensors(choice.recipe, tensors);
  const levelOf = (name: string): Level => levels.get(name) ?? choice.level;
  if (files.kind === "gguf") {
    const matrices = new Set(namedRefs(tensors).map(([, ref]) => ref.weight.name));
    // As they are in the file, but for the matrices that are multiplied with.
    return [...files.tensors.keys()].map((name) =>
      exported(name, requireTensor(source, { name }), matrices.has(name) ? levelOf(name) : "stored", null),
    );
  }
  return namedRefs(tensors).flatMap(([name, refs]) => {
    const head = isInterleaved && /attn_[qk]$/.test(name) ? headDimOf(described.spec, name) : null;
    return parts(name, refs, source).map(([full, entry]) => exported(full, entry, levelOf(entry.info.name), head));
  });
}

/** Every tensor that the model names, with its GGUF name without ending. */
function namedRefs({
  embedding,
  blocks,
  finalNorm,
  head,
}: ModelTensors): (readonly [name: string, refs: LinearRefs])[] {
  const ofBlock = (block: BlockTensors, layer: number) =>
    Object.entries(BLOCK_NAMES).flatMap(([key, name]) => {
      const refs = block[key as keyof typeof BLOCK_NAMES];
      return refs === undefined ? [] : [[`blk.${layer}.${name}`, refs] as const];
    });
  return [
    ["token_embd", { weight: embedding }],
    ...blocks.flatMap(ofBlock),
    ["output_norm", finalNorm],
    ...(head === undefined ? [] : [["output", head] as const]),
  ];
}

function parts(name: string, { weight, bias }: LinearRefs, source: TensorSource): [name: string, entry: TensorEntry][] {
  const found: [string, TensorEntry][] = [];
  for (const [ending, ref] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (ref === undefined) continue;
    if (ref.rows !== undefined || ref.transposed === true) {
      throw new VitrineError("UnsupportedModelError", `Tensor "${ref.name}" cannot be written as GGUF names it.`);
    }
    found.push([`${name}.${ending}`, requireTensor(source, ref)]);
  }
  return found;
}

function headDimOf({ blocks }: ModelSpec, name: string): number {
  return blocks[Number(name.split(".")[1])]?.attention.headDim ?? 1;
}

function exported(name: string, entry: TensorEntry, level: Level, interleavedHead: number | null): ExportedTensor {
  const { shape } = entry.info;
  const source = formatOf(entry);
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const isMatrix = shape.length > 1;
  // llama.cpp reads vectors in f32 only.
  const vector: FormatId = source.blockSize === 1 ? "f32" : source.id;
  const target = isMatrix ? targetFormat(source.id, level, columns) : vector;
  const sizeBytes = fileBytes(QUANT_FORMATS[target], rows * columns);
  return { name, entry, columns, rows, shape, target, interleavedHead, sizeBytes };
}
