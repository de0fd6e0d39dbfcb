/** From a picture to what the tower was trained on, as preprocessor_config.json says. */
import { VitrineError } from "../../shared/errors";
import type { VisionSpec } from "../../shared/modelSpec";
import { filterTaps, type ResizeFilter, type Taps } from "./filterTaps";

/** What a preprocessor_config.json may say, in its own words. */
export interface ProcessorConfig {
  readonly size?: unknown;
  readonly crop_size?: unknown;
  readonly do_resize?: unknown;
  readonly do_center_crop?: unknown;
  readonly do_rescale?: unknown;
  readonly do_normalize?: unknown;
  readonly resample?: unknown;
  readonly rescale_factor?: unknown;
  readonly image_mean?: unknown;
  readonly image_std?: unknown;
}

/** How a picture of some size becomes what the tower sees. */
export interface ImagePlan {
  /** What is seen, after cropping. */
  readonly width: number;
  readonly height: number;
  /** The whole picture after resizing, of which what is seen begins at `cropLeft`, `cropTop`. */
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  readonly cropLeft: number;
  readonly cropTop: number;
  /** Of the columns and of the rows that are seen. */
  readonly across: readonly Taps[];
  readonly down: readonly Taps[];
}

/** Numbers of Pillow's filters. */
const FILTERS: Readonly<Record<number, ResizeFilter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box" };

/** What both families take unless told otherwise. */
const BICUBIC = 3;

interface Size {
  readonly width: number;
  readonly height: number;
}

export class ImageProcessor {
  /** [3, 256]: the normalized value of each byte of red, green and blue */
  readonly levels: Float32Array<ArrayBuffer>;

  private constructor(
    private readonly target: { readonly shortestEdge: number } | Size,
    private readonly cropSize: number | null,
    private readonly filter: ResizeFilter,
    private readonly rescale: number,
    private readonly mean: readonly number[],
    private readonly deviation: readonly number[],
  ) {
    this.levels = this.byteLevels();
  }

  /**
   * @param config what is missing is as the tower's family has it
   * @throws UnsupportedModelError naming the option
   */
  static from(config: ProcessorConfig, vision: VisionSpec): ImageProcessor {
    const isClip = vision.classRow;
    const side = vision.imageSize;
    const target = readTarget(config.size, isClip ? { shortestEdge: side } : { width: side, height: side });
    if (config.do_resize === false) throw unsupported("do_resize false");
    const crops = typeof config.do_center_crop === "boolean" ? config.do_center_crop : isClip;
    const cropSize = crops ? readCrop(config.crop_size, side) : null;
    const final = cropSize ?? ("width" in target && target.width === target.height ? target.width : null);
    if (final !== side) throw unsupported(`a size other than the tower's ${side} x ${side}`);
    const smallest = "shortestEdge" in target ? target.shortestEdge : Math.min(target.width, target.height);
    if (smallest < side) throw unsupported(`a crop of ${side} from ${smallest}`);
    const resample = typeof config.resample === "number" ? config.resample : BICUBIC;
    const filter = FILTERS[resample];
    if (filter === undefined) throw unsupported(`resample ${resample}`);
    const rescale = config.do_rescale === false ? 1 : number(config.rescale_factor, "rescale_factor", 1 / 255);
    const normalizes = config.do_normalize !== false;
    const mean = normalizes ? triple(config.image_mean, "image_mean", isClip ? CLIP_MEAN : HALF) : [0, 0, 0];
    const deviation = normalizes ? triple(config.image_std, "image_std", isClip ? CLIP_STD : HALF) : [1, 1, 1];
    return new ImageProcessor(target, cropSize, filter, rescale, mean, deviation);
  }

  plan(image: Size): ImagePlan {
    const { width: resizedWidth, height: resizedHeight } = this.resizedSize(image);
    const width = this.cropSize ?? resizedWidth;
    const height = this.cropSize ?? resizedHeight;
    const cropLeft = Math.floor((resizedWidth - width) / 2);
    const cropTop = Math.floor((resizedHeight - height) / 2);
    const across = filterTaps(this.filter, image.width, resizedWidth, { start: cropLeft, count: width });
    const down = filterTaps(this.filter, image.height, resizedHeight, { start: cropTop, count: height });
    return { width, height, resizedWidth, resizedHeight, cropLeft, cropTop, across, down };
  }

  private resizedSize({ width, height }: Size): Size {
    const { target } = this;
    if ("width" in target) return target;
    const short = target.shortestEdge;
    // The longer edge is cut off to a whole number, as transformers does, not rounded.
    const long = Math.trunc((short * Math.max(width, height)) / Math.min(width, height));
    return width <= height ? { width: short, height: long } : { width: long, height: short };
  }

  private byteLevels(): Float32Array<ArrayBuffer> {
    return Float32Array.from({ length: 3 * 256 }, (_, i) => {
      const channel = Math.floor(i / 256);
      return ((i % 256) * this.rescale - (this.mean[channel] as number)) / (this.deviation[channel] as number);
    });
  }
}

/** Means and deviations of CLIP's training pictures (arXiv 2103.00020). */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;
const HALF = [0.5, 0.5, 0.5] as const;

function readTarget(size: unknown, otherwise: ImageProcessor["target"]): ImageProcessor["target"] {
  if (size === undefined || size === null) return otherwise;
  if (typeof size === "number") return "width" in otherwise ? { width: size, height: size } : { shortestEdge: size };
  const { shortest_edge: short, width, height } = size as Record<string, unknown>;
  if (typeof short === "number") return { shortestEdge: whole(short, "size.shortest_edge") };
  return { width: whole(width, "size.width"), height: whole(height, "size.height") };
}

function readCrop(size: unknown, otherwise: number): number {
  if (size === undefined || size === null) return otherwise;
  if (typeof size === "number") return whole(size, "crop_size");
  const { width, height } = size as Record<string, unknown>;
  if (width !== height) throw unsupported("a crop that is not square");
  return whole(width, "crop_size.width");
}

function triple(value: unknown, name: string, otherwise: readonly number[]): readonly number[] {
  if (value === undefined || value === null) return otherwise;
  if (!Array.isArray(value) || value.length !== 3) throw unsupported(`${name} that is not three numbers`);
  return value.map((item: unknown) => number(item, name));
}

function number(value: unknown, name: string, otherwise?: number): number {
  const found = value ?? otherwise;
  if (typeof found !== "number" || !Number.isFinite(found)) throw unsupported(`${name} that is not a number`);
  return found;
}

function whole(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 4096) {
    throw unsupported(`${name} of ${String(value)}`);
  }
  return value;
}

function unsupported(what: string): VitrineError {
  return new VitrineError(
    "UnsupportedModelError",
    `preprocessor_config.json asks for ${what}, which is not supported.`,
  );
}
