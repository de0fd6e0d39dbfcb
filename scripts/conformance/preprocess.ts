/** image-preprocess-v1: pictures resized, cropped and normalized, against bytes that Pillow made. */
import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { BufferScope } from "../../src/runtime/gpu/bufferScope";
import { seePicture } from "../../src/runtime/session/seePicture";
import { filterTaps, type ResizeFilter } from "../../src/runtime/vision/filterTaps";
import { type ImagePlan, ImageProcessor } from "../../src/runtime/vision/imageProcessor";
import { dropAlpha, type RgbImage } from "../../src/runtime/vision/rgbImage";
import type { VisionSpec } from "../../src/shared/modelSpec";
import { bounded, type CaseResult, type Context, maxAbsDiff, readFloatFile, readJson } from "./result";

interface PreprocessCase {
  readonly id: string;
  readonly png: string;
  readonly kind: "resize" | "clip" | "siglip";
  readonly filter: ResizeFilter;
  readonly resample: number;
  readonly output_size?: readonly [number, number];
  readonly shortest_edge?: number;
  readonly crop_size?: readonly [number, number];
  readonly rescale_factor?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly u8_hwc: string;
  readonly pixel_values?: string;
}

/** Of normalized values; bytes must be equal. */
const PIXEL_BOUND = 2e-6;

export async function runPreprocess(context: Context): Promise<CaseResult[]> {
  const { cases } = readJson<{ cases: readonly PreprocessCase[] }>(context.path);
  const results: CaseResult[] = [];
  for (const item of cases) results.push(await runCase(context, item));
  return results;
}

async function see({ gpu }: Context, image: RgbImage, plan: ImagePlan): Promise<RgbImage> {
  const scope = new BufferScope(gpu);
  try {
    return await seePicture(gpu, image, plan, scope.storage("seen", plan.width * plan.height * 4));
  } finally {
    scope.destroy();
  }
}

/** A resize by itself, without an image processor. */
function resizePlan(image: RgbImage, width: number, height: number, filter: ResizeFilter): ImagePlan {
  return {
    ...{ width, height, resizedWidth: width, resizedHeight: height, cropLeft: 0, cropTop: 0 },
    across: filterTaps(filter, image.width, width, { start: 0, count: width }),
    down: filterTaps(filter, image.height, height, { start: 0, count: height }),
  };
}

async function runCase(context: Context, item: PreprocessCase): Promise<CaseResult> {
  const png = PNG.sync.read(readFileSync(context.modelPath(item.png)));
  const image = dropAlpha(png.width, png.height, png.data);
  const wanted = new Uint8Array(readFileSync(context.modelPath(item.u8_hwc)));
  if (item.kind === "resize") {
    const [width, height] = item.output_size as [number, number];
    return compare(item.id, await see(context, image, resizePlan(image, width, height, item.filter)), wanted);
  }
  const side = item.kind === "clip" ? item.crop_size?.[0] : item.output_size?.[0];
  const vision = { imageSize: side, classRow: item.kind === "clip" } as VisionSpec;
  const processor = ImageProcessor.from(
    {
      size: item.kind === "clip" ? { shortest_edge: item.shortest_edge } : { width: side, height: side },
      crop_size: item.kind === "clip" ? { width: side, height: side } : undefined,
      resample: item.resample,
      rescale_factor: item.rescale_factor,
      image_mean: item.mean,
      image_std: item.std,
    },
    vision,
  );
  const seen = await see(context, image, processor.plan(image));
  const bytes = compare(item.id, seen, wanted);
  if (!bytes.passed || item.pixel_values === undefined) return bytes;
  const plane = seen.width * seen.height;
  const pixels = Float32Array.from({ length: 3 * plane }, (_, i) => {
    const channel = Math.floor(i / plane);
    return processor.levels[channel * 256 + (seen.data[(i % plane) * 3 + channel] as number)] as number;
  });
  return bounded(item.id, maxAbsDiff(pixels, readFloatFile(context.modelPath(item.pixel_values))), PIXEL_BOUND);
}

function compare(id: string, { data }: RgbImage, wanted: Uint8Array): CaseResult {
  if (data.length !== wanted.length) return bounded(id, Number.POSITIVE_INFINITY, 0);
  return bounded(id, Math.max(...data.map((byte, i) => Math.abs(byte - (wanted[i] as number)))), 0);
}
