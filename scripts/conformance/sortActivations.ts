/**
 * The sorting model's activations as PyTorch recorded them (gpt-nano-sort-t0-partials.json): every point of the first
 * block that the path holds (not fc: the activation is fused), scores and pattern of its heads, the residual stream after each block, logits.
 */
import { existsSync } from "node:fs";
import { encodeDispatch } from "../../src/runtime/gpu/dispatch";
import { readFloats } from "../../src/runtime/gpu/readback";
import { paddedStride } from "../../src/runtime/kernels/weightMatrix";
import { scoreLogits, traceLastRow } from "../../src/runtime/session/inspect";
import { Session } from "../../src/runtime/session/session";
import { unpadRows } from "../../src/runtime/testing/kernelHarness";
import { openFixture } from "./models";
import { beside, bounded, type CaseResult, type Context, readJson } from "./result";

interface Recorded {
  readonly shape: readonly number[];
  /** base64 of float32 */
  readonly data: string;
}

type Recording = Readonly<Record<string, Recorded>>;

/** Of values up to about 20. */
const ACTIVATION_BOUND = 5e-6;
const FILE = "gpt-nano-sort-t0-partials.json";

export async function runSortActivations(context: Context): Promise<CaseResult[]> {
  const path = beside(context.path, FILE);
  if (!existsSync(path)) return [];
  const recording = readJson<Recording>(path);
  const [batch = 0, T = 0] = recording.idx?.shape ?? [];
  const all = floatsOf(recording, "idx");
  const worst = new Map<string, number>();
  const opened = await openFixture(context);
  const session = await Session.create(opened.model, { capacity: null, precision: "f32" });
  try {
    for (let b = 0; b < batch; b++) {
      const ids = Array.from(all.subarray(b * T, (b + 1) * T));
      const compare = (name: string, got: ArrayLike<number>): void => {
        const want = floatsOf(recording, name);
        const part = want.subarray((want.length / batch) * b, (want.length / batch) * (b + 1));
        worst.set(name, Math.max(worst.get(name) ?? 0, difference(got, part)));
      };
      await compareBlock(session, ids, compare);
      await compareHeads(session, ids, compare);
      await compareStream(session, ids, compare);
    }
  } finally {
    await session.close();
    opened.model.destroy();
  }
  return [...worst].map(([name, error]) => bounded(`activations ${name}`, error, ACTIVATION_BOUND));
}

type Compare = (name: string, got: ArrayLike<number>) => void;

/** Runs the first block dispatch by dispatch and reads what each left. */
async function compareBlock(session: Session, ids: readonly number[], compare: Compare): Promise<void> {
  const { gpu, spec } = session.model;
  const { forward } = session;
  const { buffers } = forward;
  const T = ids.length;
  const { numHeads: H, headDim: D } = spec.blocks[0]?.attention ?? { numHeads: 0, headDim: 0 };
  const C = spec.hiddenSize;
  const F = spec.blocks[0]?.mlp.intermediateSize ?? 0;
  const rows = async (buffer: GPUBuffer, columns: number): Promise<Float32Array> =>
    unpadRows(await readFloats(gpu, buffer, 0, T * paddedStride(columns)), T, columns, paddedStride(columns));
  const run = (list: readonly Parameters<typeof encodeDispatch>[1][]): void => {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of list) encodeDispatch(pass, dispatch, T);
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
  };
  // Leaves tokens and positions in place.
  await session.runChunks(ids, 0, T, [], async () => {});
  run(forward.prefillEmbed);
  const x = await rows(buffers.hidden, C);
  compare("x", x);
  const [block = []] = forward.prefillBlocks;
  let before = x;
  for (const dispatch of block) {
    run([dispatch]);
    const step = /^layer 0 ?(.*?):/.exec(dispatch.label)?.[1] ?? "";
    if (step === "attention norm") compare("ln1", await rows(buffers.normed, C));
    if (step === "qkv") {
      const qkv = await rows(buffers.qkv, 3 * C);
      compare("qkv", qkv);
      for (const [index, name] of ["q", "k", "v"].entries()) compare(name, byHead(qkv, index, T, H, D));
    }
    if (step === "" && dispatch.label.includes("attention")) compare("y", await rows(buffers.mixed, C));
    if (step === "mlp norm") compare("ln2", await rows(buffers.normed, C));
    if (step === "up") compare("gelu", await rows(buffers.mlp, F));
    if (step === "o" || step === "down") {
      const hidden = await rows(buffers.hidden, C);
      const added = hidden.map((value, i) => value - (before[i] as number));
      compare(step === "o" ? "yProj" : "mlp", added);
      compare(step === "o" ? "attnResid" : "mlpResid", hidden);
      before = hidden;
    }
  }
}

/** Scores and pattern, computed again. */
async function compareHeads(session: Session, ids: readonly number[], compare: Compare): Promise<void> {
  await session.inspect(true);
  await session.prefill(ids);
  const axis = { start: 0, step: 1, count: ids.length };
  const { numHeads = 0 } = session.model.spec.blocks[0]?.attention ?? {};
  for (const [name, values, masked] of [
    ["att", "scores", Number.NEGATIVE_INFINITY],
    ["attSm", "pattern", 0],
  ] as const) {
    const cells: number[] = [];
    for (let head = 0; head < numHeads; head++) {
      const request = { heads: [{ layer: 0, head }], rows: axis, keys: axis, values };
      const tile = await session.attention?.tile(session.cachedItems, request);
      for (const value of tile?.cells ?? []) cells.push(Number.isNaN(value) ? masked : value);
    }
    compare(name, cells);
  }
}

/** The residual stream after each block, the final norm, logits and probabilities, of every position. */
async function compareStream(session: Session, ids: readonly number[], compare: Compare): Promise<void> {
  const blocks: number[][] = session.model.spec.blocks.map(() => []);
  const norms: number[] = [];
  const logits: number[] = [];
  const probabilities: number[] = [];
  for (let length = 1; length <= ids.length; length++) {
    const trace = await traceLastRow(session, ids.slice(0, length));
    for (const [index, row] of trace.layers.entries()) blocks[index]?.push(...row);
    norms.push(...trace.finalNorm);
  }
  await scoreLogits(session, ids, (_, row) => {
    logits.push(...row);
    const powers = Array.from(row, Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    probabilities.push(...powers.map((power) => power / total));
  });
  for (const [index, rows] of blocks.entries()) compare(`block${index}`, rows);
  compare("ln_f", norms);
  compare("lm_head", logits);
  compare("probs", probabilities);
}

/** [T, 3, H, D] to [H, T, D] of q, k or v. */
function byHead(qkv: Float32Array, part: number, T: number, H: number, D: number): Float32Array {
  const out = new Float32Array(T * H * D);
  for (let h = 0; h < H; h++) {
    for (let t = 0; t < T; t++) {
      const at = (t * 3 + part) * H * D + h * D;
      out.set(qkv.subarray(at, at + D), (h * T + t) * D);
    }
  }
  return out;
}

function floatsOf(recording: Recording, name: string): Float32Array {
  const recorded = recording[name];
  if (recorded === undefined) throw new Error(`${FILE} records no "${name}"`);
  return new Float32Array(Uint8Array.from(Buffer.from(recorded.data, "base64")).buffer);
}

/** Largest difference; equal infinities (a mask) are none. */
function difference(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    if (got[i] === want[i]) continue;
    const off = Math.abs((got[i] as number) - (want[i] as number));
    worst = off >= worst ? off : Number.isNaN(off) ? Number.POSITIVE_INFINITY : worst;
  }
  return worst;
}
