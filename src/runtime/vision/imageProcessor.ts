/** From a picture to what the tower was trained on, as preprocessor_config.json says. */
import { VitrineError } from "../../shared/errors";
import type { VisionSpec } from "../../shared/modelSpec";
import { type ResizeFilter, resizeImage } from "./resizeImage";
import { crop, type RgbImage } from "./rgbImage";

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

export interface ProcessedImage {
  /** [3, S, S] normalized: planes R, G, B */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** The same before normalizing: what the model sees. */
  readonly seen: RgbImage;
  /** The whole picture after resizing, of which `seen` begins at `cropLeft`, `cropTop`. */
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  readonly cropLeft: number;
  readonly cropTop: number;
}

/** Numbers of Pillow's filters. */
const FILTERS: Readonly<Record<number, ResizeFilter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box" };

/** What both families take unless told otherwise. */
const BICUBIC = 3;

export class ImageProcessor {
  private constructor(
    private readonly target: { readonly shortestEdge: number } | { readonly width: number; readonly height: number },
    private readonly cropSize: number | null,
    private readonly filter: ResizeFilter,
    private readonly rescale: number,
    private readonly mean: readonly number[],
    private readonly deviation: readonly number[],
  ) {}

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

  process(image: RgbImage): ProcessedImage {
    const { width, height } = this.resizedSize(image);
    const resized = resizeImage(image, width, height, this.filter);
    const cropLeft = this.cropSize === null ? 0 : Math.floor((width - this.cropSize) / 2);
    const cropTop = this.cropSize === null ? 0 : Math.floor((height - this.cropSize) / 2);
    const seen = this.cropSize === null ? resized : crop(resized, cropLeft, cropTop, this.cropSize, this.cropSize);
    return { pixels: this.normalize(seen), seen, resizedWidth: width, resizedHeight: height, cropLeft, cropTop };
  }

  private resizedSize({ width, height }: RgbImage): { width: number; height: number } {
    const { target } = this;
    if ("width" in target) return target;
    const short = target.shortestEdge;
    // The longer edge is cut off to a whole number, as transformers does, not rounded.
    const long = Math.trunc((short * Math.max(width, height)) / Math.min(width, height));
    return width <= height ? { width: short, height: long } : { width: long, height: short };
  }

  private normalize({ width, height, data }: RgbImage): Float32Array<ArrayBuffer> {
    const size = width * height;
    const pixels = new Float32Array(3 * size);
    for (let channel = 0; channel < 3; channel++) {
      const mean = this.mean[channel] as number;
      const deviation = this.deviation[channel] as number;
      for (let i = 0; i < size; i++) {
        pixels[channel * size + i] = ((data[i * 3 + channel] as number) * this.rescale - mean) / deviation;
      }
    }
    return pixels;
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
