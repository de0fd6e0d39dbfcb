/**
 * A decoder in float64 and obvious loops: logits of every position, from plain arrays. It knows nothing of caches,
 * chunks or blocks; each token looks back at the whole sequence.
 */
import type { BlockSpec, BlockTensors, LinearRefs, ModelSpec, ModelTensors, TensorRef } from "../../shared/modelSpec";
import { activationReference } from "../kernels/activation.reference";
import { type AttentionReference, attentionReference } from "../kernels/attention.reference";
import { normReference } from "../kernels/norm.reference";
import { queryOrKeyReference, type RopeReference } from "../kernels/ropeAppend.reference";
import { frequencyReference } from "../model/rotation.reference";

export interface ReferenceModel {
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
  /** Values by tensor name, as they lie in the file. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

type Row = Float64Array;

/** Sees what each layer's attention is computed from. */
export type OnAttention = (layer: number, attention: AttentionReference) => void;

/** @param capacity the length that dynamic NTK prepares for @returns [T][V] */
export function referenceForward(
  model: ReferenceModel,
  ids: readonly number[],
  capacity = ids.length,
  onAttention: OnAttention = () => {},
): Row[] {
  const { spec, tensors } = model;
  const C = spec.hiddenSize;
  let hidden: Row[] = ids.map((id, t) => {
    const row = matrixRow(model, tensors.embedding, id, C);
    const learned = tensors.positions === undefined ? null : matrixRow(model, tensors.positions, t, C);
    return row.map((value, c) => value + (learned?.[c] ?? 0));
  });
  for (const [index, block] of spec.blocks.entries()) {
    const onLayer = (attention: AttentionReference): void => onAttention(index, attention);
    hidden = blockForward(model, block, tensors.blocks[index] as BlockTensors, hidden, capacity, onLayer);
  }
  const head = tensors.head ?? { weight: tensors.embedding };
  return hidden.map((row) => linear(model, head, norm(model, tensors.finalNorm, spec.finalNorm, row), spec.vocabSize));
}

function blockForward(
  model: ReferenceModel,
  block: BlockSpec,
  refs: BlockTensors,
  hidden: readonly Row[],
  capacity: number,
  onLayer: (attention: AttentionReference) => void,
): Row[] {
  const C = model.spec.hiddenSize;
  const attended = attend(model, block, refs, hidden, capacity, onLayer);
  return hidden.map((row, t) => {
    const afterAttention = add(row, linear(model, refs.oProj, attended[t] as Row, C));
    const normed = norm(model, refs.mlpNorm, block.norm, afterAttention);
    const F = block.mlp.intermediateSize;
    const up = linear(model, refs.upProj, normed, F);
    const activate = (value: number): number => activationReference(block.mlp.activation, value);
    const gate = refs.gateProj === undefined ? null : linear(model, refs.gateProj, normed, F);
    const wide = gate === null ? up.map(activate) : gate.map((value, f) => activate(value) * (up[f] as number));
    return add(afterAttention, linear(model, refs.downProj, wide, C));
  });
}

function attend(
  model: ReferenceModel,
  block: BlockSpec,
  refs: BlockTensors,
  hidden: readonly Row[],
  capacity: number,
  onLayer: (attention: AttentionReference) => void,
): Row[] {
  const { numHeads: H, numKvHeads: K, headDim: D, scale, slidingWindow, qkNorm } = block.attention;
  const T = hidden.length;
  const rope = ropeOf(model, block, capacity);
  const queries = new Float64Array(T * H * D);
  const keys = new Float64Array(K * T * D);
  const values = new Float64Array(K * T * D);
  for (const [t, row] of hidden.entries()) {
    const normed = norm(model, refs.attentionNorm, block.norm, row);
    const q = linear(model, refs.qProj, normed, H * D);
    const k = linear(model, refs.kProj, normed, K * D);
    const v = linear(model, refs.vProj, normed, K * D);
    const turned = (heads: Row, h: number, refs: LinearRefs | undefined): Row => {
      const weight = qkNorm === null ? null : array(model, (refs as LinearRefs).weight);
      const headNorm = qkNorm && weight && { spec: qkNorm, weight };
      return queryOrKeyReference(heads.subarray(h * D, (h + 1) * D), t, headNorm, rope);
    };
    for (let h = 0; h < H; h++) queries.set(turned(q, h, refs.qNorm), (t * H + h) * D);
    for (let h = 0; h < K; h++) keys.set(turned(k, h, refs.kNorm), (h * T + t) * D);
    for (let h = 0; h < K; h++) values.set(v.subarray(h * D, (h + 1) * D), (h * T + t) * D);
  }
  const attention: AttentionReference = {
    numHeads: H,
    numKvHeads: K,
    headDim: D,
    scale,
    slidingWindow,
    position: 0,
    rows: T,
    capacity: T,
    queries,
    keys,
    values,
    headScales: new Float64Array(H).fill(1),
  };
  onLayer(attention);
  const mixed = attentionReference(attention);
  return hidden.map((_, t) => mixed.subarray(t * H * D, (t + 1) * H * D));
}

function ropeOf(model: ReferenceModel, { position }: BlockSpec, capacity: number): RopeReference | null {
  if (position.kind !== "rope") return null;
  const { scaling, rotaryDim, layout } = position;
  const divisors = scaling.kind === "divisors" ? array(model, { name: scaling.tensor }) : null;
  const frequencies = Array.from({ length: rotaryDim / 2 }, (_, i) =>
    frequencyReference(position, i, capacity, divisors),
  );
  return { rotaryDim, layout, frequencies, magnitude: scaling.kind === "yarn" ? scaling.attentionFactor : 1 };
}

function array(model: ReferenceModel, ref: TensorRef): Float32Array {
  const values = model.arrays.get(ref.name);
  if (values === undefined) throw new Error(`no tensor ${ref.name}`);
  return values;
}

/** Row r of what a reference means, within its range of rows and turned round if it is stored so. */
function matrixRow(model: ReferenceModel, ref: TensorRef, r: number, columns: number): Row {
  const values = array(model, ref);
  const row = r + (ref.rows?.[0] ?? 0);
  const stride = values.length / columns;
  return Float64Array.from({ length: columns }, (_, c) =>
    ref.transposed === true ? (values[c * stride + row] as number) : (values[row * columns + c] as number),
  );
}

function linear(model: ReferenceModel, { weight, bias }: LinearRefs, x: Row, rows: number): Row {
  const biases = bias && array(model, bias);
  const biasStart = bias?.rows?.[0] ?? 0;
  const y = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = biases === undefined ? 0 : (biases[biasStart + r] as number);
    const row = matrixRow(model, weight, r, x.length);
    for (let c = 0; c < x.length; c++) sum += (row[c] as number) * (x[c] as number);
    y[r] = sum;
  }
  return y;
}

function norm(model: ReferenceModel, refs: LinearRefs, spec: BlockSpec["norm"], x: Row): Row {
  return normReference(spec, x, array(model, refs.weight), refs.bias === undefined ? null : array(model, refs.bias));
}

function add(a: Row, b: Row): Row {
  return a.map((value, i) => value + (b[i] as number));
}
