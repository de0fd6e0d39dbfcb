/** What lies behind a level's divergence: how far each layer is off, which heads look elsewhere, which matrices do it. */
import { isErrorNamed } from "../../shared/errors";
import { type ComparedChoice, cacheOf } from "../../shared/recipes";
import type { Model } from "../model/model";
import type { ComparedText } from "./comparedText";
import type { ComparisonQuestion, ComparisonSetting } from "./comparisonSetting";
import { type HiddenRows, hiddenRows, layerErrors } from "./layerErrors";
import { damageOf, partsOf } from "./tensorDamage";

/** Everything is of the text's first window. */
export class InsideLook {
  private referenceRows: HiddenRows | null = null;

  constructor(
    private readonly request: ComparisonQuestion,
    private readonly setting: ComparisonSetting,
    private readonly text: ComparedText,
  ) {}

  /** Where in the stack the level departs from the reference, in which heads, and by which matrices. */
  async look(level: ComparedChoice, model: Model, reference: Model | null): Promise<void> {
    const { request, setting } = this;
    const { onEvent, signal, passed } = setting;
    const { windows, plan } = this.text;
    const [window] = windows;
    if (window === undefined || signal.aborted) return;
    if (reference !== null) await this.readReference(reference);
    if (this.referenceRows === null) return;
    const rows = await hiddenRows(model, window.ids, cacheOf(level));
    // Models of other sizes with the same vocabulary meet in their predictions only.
    if (rows.stages !== this.referenceRows.stages || rows.hiddenSize !== this.referenceRows.hiddenSize) return;
    onEvent({ kind: "layers", contender: level, errors: layerErrors(this.referenceRows, rows) });
    await this.compareHeads(level, model);
    const parts = request.findTensors && reference !== null ? partsOf(reference.weights) : [];
    for (const [index, part] of parts.entries()) {
      await passed();
      if (signal.aborted) return;
      const { kld } = await damageOf(part, reference as Model, model, window, plan);
      onEvent({ kind: "tensor", contender: level, part, kld, done: index + 1, ofParts: parts.length });
    }
  }

  /** What levels are held against, once: afterwards the reference may go. @throws OutOfMemoryError, DeviceLostError */
  async readReference(model: Model): Promise<void> {
    const { heads, signal } = this.setting;
    const [window] = this.text.windows;
    if (this.referenceRows !== null || window === undefined || signal.aborted) return;
    const cache = cacheOf(this.request.reference);
    this.referenceRows = await hiddenRows(model, window.ids, cache);
    await this.unlessNotShown(null, () => heads.begin(model, window.ids, cache));
  }

  private async compareHeads(contender: ComparedChoice, model: Model): Promise<void> {
    const { heads, signal, onEvent } = this.setting;
    const { tokens } = heads;
    if (tokens === 0 || signal.aborted) return;
    await this.unlessNotShown(contender, async () => {
      onEvent({ kind: "heads", contender, heads: await heads.add(contender, model, cacheOf(contender)), tokens });
    });
  }

  /** Attention that cannot be computed again, or has no room, is no reason to end. */
  private async unlessNotShown(contender: ComparedChoice | null, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isErrorNamed(error, "UnsupportedModelError") && !isErrorNamed(error, "OutOfMemoryError")) throw error;
      const { name, message } = error as Error;
      this.setting.onEvent({ kind: "noHeads", contender, reason: { name, message } });
    }
  }
}
