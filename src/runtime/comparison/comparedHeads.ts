/**
 * Attention of a reference and of levels over the same tokens, head by head. Queries and keys of those tokens stay on
 * the GPU after the models are gone, so that any head can be looked at: O(tokens x hidden size x layers) for each.
 */
import { figuresOf, type HeadFigures } from "../../shared/attentionMap";
import type { ComparedHead, ComparedHeadRequest, Contender, HeadDifference } from "../../shared/comparison";
import { meanOf } from "../../shared/comparisonStatistics";
import { VitrineError } from "../../shared/errors";
import type { HeadId } from "../../shared/inspection";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import { type Dispatch, submitDispatches } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { PATTERNS_BYTES, packPatterns, patternVariation } from "../kernels/patternVariation";
import type { Model } from "../model/model";
import type { AttentionWatch } from "../session/attentionWatch";
import { Session } from "../session/session";

/** Of the first window: two patterns of a head are 512 KiB. */
export const MOST_HEAD_TOKENS = 256;
/** Levels that were looked at earlier are let go beyond this. */
const HELD_BYTES = 256 * 2 ** 20;
const PREFILL_ROWS = 64;

/** [layer][head] */
type ByHead<T> = readonly (readonly T[])[];

export class ComparedHeads {
  private reference: Side | null = null;
  private readonly levels = new Map<Contender, Side>();

  get gpuBytes(): number {
    const sides = [...(this.reference === null ? [] : [this.reference]), ...this.levels.values()];
    return sides.reduce((sum, { session }) => sum + session.gpuBytes, 0);
  }

  /** Lets go what was there before. @throws UnsupportedModelError naming what cannot be shown, OutOfMemoryError */
  async begin(reference: Model, ids: readonly number[], cache: KvPrecision): Promise<void> {
    await this.close();
    this.reference = await Side.create(reference, ids.slice(0, MOST_HEAD_TOKENS), cache);
  }

  get tokens(): number {
    return this.reference?.ids.length ?? 0;
  }

  /** @throws InvalidStateError before `begin`, OutOfMemoryError, DeviceLostError */
  async add(contender: Contender, level: Model, cache: KvPrecision): Promise<ByHead<HeadDifference>> {
    const { reference } = this;
    if (reference === null) throw gone();
    await this.levels.get(contender)?.close();
    const side = await Side.create(level, reference.ids, cache);
    this.levels.set(contender, side);
    const variations = await variationOf(level, reference, side);
    const [p, q] = [await reference.figures(), await side.figures()];
    await this.keepWithin(HELD_BYTES, contender);
    return variations.map((heads, layer) =>
      heads.map((rows, head) => ({
        reference: p[layer]?.[head] as HeadFigures,
        level: q[layer]?.[head] as HeadFigures,
        variation: meanOf(rows),
      })),
    );
  }

  /** @throws InvalidStateError when it is not held any more, InvalidSettingError outside the tokens or heads */
  async read({ contender, head, rows, keys }: ComparedHeadRequest): Promise<ComparedHead> {
    const { reference } = this;
    const level = this.levels.get(contender);
    if (reference === null || level === undefined) throw gone();
    const tile = { heads: [head], rows, keys, values: "pattern" } as const;
    const [p, q] = await Promise.all([reference, level].map((side) => side.watch.tile(side.ids, tile)));
    return { reference: p?.cells as ComparedHead["reference"], level: q?.cells as ComparedHead["level"] };
  }

  async close(): Promise<void> {
    const sides = [this.reference, ...this.levels.values()];
    this.reference = null;
    this.levels.clear();
    for (const side of sides) await side?.close();
  }

  private async keepWithin(bytes: number, newest: Contender): Promise<void> {
    for (const [contender, side] of [...this.levels]) {
      if (this.gpuBytes <= bytes || contender === newest) return;
      this.levels.delete(contender);
      await side.close();
    }
  }
}

/** One model's queries and keys of the tokens. */
class Side {
  private constructor(
    readonly session: Session,
    readonly ids: readonly number[],
    readonly watch: AttentionWatch,
  ) {}

  static async create(model: Model, ids: readonly number[], precision: KvPrecision): Promise<Side> {
    const prefillRows = Math.min(PREFILL_ROWS, ids.length);
    const session = await Session.create(model, { capacity: ids.length, precision, prefillRows });
    try {
      await session.inspect(true);
      await session.show(ids);
      return new Side(session, ids, session.attention as AttentionWatch);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async figures(): Promise<ByHead<HeadFigures>> {
    const overview = await this.watch.overview(this.ids, null);
    if (overview === null) return [];
    const { layers, rowCount, length, inductionRows } = overview;
    return layers.map((state) => figuresOf(state, rowCount, length, inductionRows));
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/** [layer][head] total variation of each row but the first, which can only look at itself. */
async function variationOf({ gpu, spec }: Model, reference: Side, level: Side): Promise<ByHead<Float32Array>> {
  const rows = reference.ids.length;
  const scope = new BufferScope(gpu);
  try {
    const most = Math.max(...spec.blocks.map(({ attention }) => attention.numHeads));
    const patterns = scope.uniform("patterns", PATTERNS_BYTES);
    const variation = scope.storage("pattern variation", most * rows * 4);
    let compare: Dispatch | null = null;
    const between = async (head: HeadId): Promise<void> =>
      reference.watch.withPattern(reference.ids, head, (p) =>
        level.watch.withPattern(level.ids, head, async (q) => {
          compare ??= await patternVariation(gpu, { patterns, reference: p, level: q, variation });
          gpu.device.queue.writeBuffer(patterns, 0, packPatterns(rows, rows, head.head * rows));
          submitDispatches(gpu, "pattern variation", [compare], rows);
        }),
      );
    const layers: Float32Array[][] = [];
    for (const [layer, { attention }] of spec.blocks.entries()) {
      for (let head = 0; head < attention.numHeads; head++) await between({ layer, head });
      const values = await readFloats(gpu, variation, 0, attention.numHeads * rows);
      layers.push(Array.from({ length: attention.numHeads }, (_, h) => values.slice(h * rows + 1, (h + 1) * rows)));
    }
    return layers;
  } finally {
    scope.destroy();
  }
}

function gone(): VitrineError {
  return new VitrineError(
    "InvalidStateError",
    "The patterns of this run are no longer held. Run the comparison again to look at its heads.",
  );
}
