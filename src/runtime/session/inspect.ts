/** Reads from the chat's own path what a person or a test wants to see: logits of every position, layer outputs. */
import { BufferScope } from "../gpu/bufferScope";
import { readFloats } from "../gpu/readback";
import { paddedStride } from "../kernels/weightMatrix";
import type { PromptItem } from "./promptItems";
import { logitRows, rowLogits } from "./rowLogits";
import type { Session } from "./session";

/**
 * Logits [V] after each token of `ids`, given to `onRow` in order; the cache afterwards holds `ids`.
 * The row is only valid during the call.
 * @throws ContextOverflowError, InvalidSettingError, DeviceLostError
 */
export async function scoreLogits(
  session: Session,
  ids: readonly PromptItem[],
  onRow: (position: number, logits: Float32Array) => void,
): Promise<void> {
  const { gpu, spec } = session.model;
  const stride = paddedStride(spec.vocabSize);
  const rows = logitRows(session);
  const scope = new BufferScope(gpu);
  try {
    const logits = scope.storage("row logits", rows * stride * 4);
    const after = await rowLogits(session, logits);
    await session.runChunks(ids, 0, rows, after, async (start, count) => {
      const values = await readFloats(gpu, logits, 0, count * stride);
      for (let r = 0; r < count; r++) onRow(start + r, values.subarray(r * stride, r * stride + spec.vocabSize));
    });
  } finally {
    scope.destroy();
  }
}

export interface LastRowTrace {
  /** Residual stream [C] before the first layer: token plus position. */
  readonly embedding: Float32Array<ArrayBuffer>;
  /** Residual stream [C] after each layer. */
  readonly layers: readonly Float32Array<ArrayBuffer>[];
  /** [C] after the final norm */
  readonly finalNorm: Float32Array<ArrayBuffer>;
  /** [V] */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** Residual taps at the last token of `ids`, through the prefill path; the cache afterwards holds `ids`. */
export async function traceLastRow(session: Session, ids: readonly PromptItem[]): Promise<LastRowTrace> {
  const { gpu, spec } = session.model;
  const { forward } = session;
  const { buffers, hiddenStrideBytes } = forward;
  const scope = new BufferScope(gpu);
  try {
    const taps = scope.storage("residual taps", (spec.blocks.length + 1) * hiddenStrideBytes);
    await session.runTapped(ids, (encoder, index, row) => {
      encoder.copyBufferToBuffer(
        buffers.hidden,
        row * hiddenStrideBytes,
        taps,
        index * hiddenStrideBytes,
        hiddenStrideBytes,
      );
    });
    // All copies are submitted at once: what others run next overwrites the forward pass's buffers.
    const tapped = spec.blocks.map((_, index) =>
      readFloats(gpu, taps, (index + 1) * hiddenStrideBytes, spec.hiddenSize),
    );
    const [finalNorm, logits, embedding, ...layers] = await Promise.all([
      readFloats(gpu, buffers.finalHidden, 0, spec.hiddenSize),
      readFloats(gpu, buffers.logits, 0, spec.vocabSize),
      readFloats(gpu, taps, 0, spec.hiddenSize),
      ...tapped,
    ]);
    return { embedding, layers, finalNorm, logits };
  } finally {
    scope.destroy();
  }
}

/** Logits [V] that the latest decode step drew from. */
export function latestLogits(session: Session): Promise<Float32Array> {
  return readFloats(session.model.gpu, session.forward.buffers.logits, 0, session.model.spec.vocabSize);
}
