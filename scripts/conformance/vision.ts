/** vision-golden-v1: states of the tower, image rows, and the text that follows. */

import { VisionTower } from "../../src/runtime/model/visionTower";
import type { OpenedModel } from "../../src/runtime/openModel";
import type { EmbeddingRow, PromptItem } from "../../src/runtime/session/promptItems";
import { Session } from "../../src/runtime/session/session";
import { compareText, type ExpectedText } from "./compareText";
import { openFixture, openGgufPair } from "./models";
import { bounded, boundsFor, type CaseResult, type Context, maxAbsDiff, readFloatFile, readJson } from "./result";

interface VisionGolden {
  readonly image_token_id: number;
  readonly images: readonly {
    readonly id: string;
    readonly pixel_values: string;
    readonly rows_file: string;
    readonly tensors: Readonly<Record<string, { readonly offset: number; readonly shape: readonly [number, number] }>>;
  }[];
  readonly cases: readonly VisionCase[];
}

interface VisionCase extends ExpectedText {
  readonly id: string;
  readonly images: readonly string[];
  readonly ids: readonly number[];
}

/** Of tower states and image rows. */
const STATE_BOUND = 5e-5;

export async function runVision(context: Context): Promise<CaseResult[]> {
  const results = await runModel(context, await openFixture(context));
  // In GGUF nothing says that CLIP's class row is passed on, so a pair that needs it is another model.
  const { vision, vision_feature_select_strategy: strategy } = context.entry;
  if (vision === "clip_vision_model" && strategy === "full") return results;
  const pair = await openGgufPair(context);
  if (pair === null) return results;
  const again = await runModel(context, pair);
  return [...results, ...again.map((result) => ({ ...result, case: `${result.case} (GGUF pair)` }))];
}

async function runModel(context: Context, opened: OpenedModel): Promise<CaseResult[]> {
  const golden = readJson<VisionGolden>(context.path);
  const tower = await VisionTower.create(opened.model);
  if (tower === null) throw new Error("the model has no image tower");
  const session = await Session.create(opened.model, { capacity: null, precision: "f32" });
  const results: CaseResult[] = [];
  const bounds = boundsFor(context.variant);
  try {
    const rows = new Map<string, EmbeddingRow[]>();
    for (const image of golden.images) {
      const pixels = readFloatFile(context.modelPath(image.pixel_values));
      const all = readFloatFile(context.modelPath(image.rows_file));
      const wanted = (name: string): Float32Array => {
        const { offset, shape } = image.tensors[name] ?? { offset: 0, shape: [0, 0] };
        return all.subarray(offset / 4, offset / 4 + shape[0] * shape[1]);
      };
      const encoded = await tower.encode(pixels);
      rows.set(
        image.id,
        encoded.map((values, i) => ({ hash: `${image.id}:${i}`, values })),
      );
      const states = await tower.trace(pixels);
      let worst = maxAbsDiff(
        encoded.flatMap((row) => [...row]),
        wanted("image_rows"),
      );
      worst = Math.max(worst, maxAbsDiff(states.embeddings, wanted("embeddings")));
      for (const [layer, state] of states.hidden.entries()) {
        worst = Math.max(worst, maxAbsDiff(state, wanted(`hidden_${layer}`)));
      }
      results.push(bounded(`image ${image.id}`, worst, STATE_BOUND));
    }
    for (const wanted of golden.cases) {
      const left = wanted.images.flatMap((id) => rows.get(id) ?? []);
      const items = wanted.ids.map(
        (id): PromptItem => (id === golden.image_token_id ? (left.shift() as EmbeddingRow) : id),
      );
      const { share, reason } = await compareText(session, items, wanted, bounds);
      results.push(bounded(wanted.id, share * bounds.logits, bounds.logits, reason));
    }
    return results;
  } finally {
    await session.close();
    tower.destroy();
    opened.model.destroy();
  }
}
