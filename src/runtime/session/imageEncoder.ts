/** Pictures as rows of a prompt: processed, run through the tower once, and remembered by what the model sees. */
import type { VisionSpec } from "../../shared/modelSpec";
import type { Model } from "../model/model";
import { type TowerAttention, VisionTower } from "../model/visionTower";
import { type ImagePlan, ImageProcessor, type ProcessorConfig } from "../vision/imageProcessor";
import type { RgbImage } from "../vision/rgbImage";
import type { EmbeddingRow } from "./promptItems";
import { seePicture } from "./seePicture";

export interface EncodedImage extends Omit<ImagePlan, "across" | "down"> {
  /** What the model sees. */
  readonly seen: RgbImage;
  /** SHA-256 of the bytes the model sees, in hex. */
  readonly hash: string;
  /** In prompt order, the rows that take the place of one image token. */
  readonly rows: readonly EmbeddingRow[];
}

export class ImageEncoder {
  private tower: Promise<VisionTower> | null = null;
  /** One picture at a time: they share the tower's buffers. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly encoded = new Map<string, readonly EmbeddingRow[]>();
  /** What the tower was given, for whoever looks into it. */
  private readonly seen = new Map<string, RgbImage>();

  private constructor(
    private readonly model: Model,
    readonly vision: VisionSpec,
    private readonly processor: ImageProcessor,
  ) {}

  /** Null for models that do not see. @throws UnsupportedModelError naming an option of the config */
  static from(model: Model, config: ProcessorConfig | undefined): ImageEncoder | null {
    const { vision } = model.spec;
    return vision === undefined ? null : new ImageEncoder(model, vision, ImageProcessor.from(config ?? {}, vision));
  }

  encode(image: RgbImage): Promise<EncodedImage> {
    const encoded = this.last.then(() => this.encodeNext(image));
    this.last = encoded.catch(() => {});
    return encoded;
  }

  private async encodeNext(image: RgbImage): Promise<EncodedImage> {
    const { across, down, ...sizes } = this.processor.plan(image);
    const tower = await this.openTower();
    const seen = await seePicture(this.model.gpu, image, { across, down, ...sizes }, tower.picture);
    const hash = await sha256(seen.data);
    const known = this.encoded.get(hash);
    if (known !== undefined) return { ...sizes, seen, hash, rows: known };
    const values = await tower.encodePicture(this.processor.levels);
    const rows = values.map((row, index): EmbeddingRow => ({ hash: `${hash}:${index}`, values: row }));
    this.encoded.set(hash, rows);
    this.seen.set(hash, seen);
    return { ...sizes, seen, hash, rows };
  }

  /** What meets in a block of the tower for a picture that was encoded; undefined: it was not. */
  attentionOf(hash: string, layer: number): Promise<TowerAttention | undefined> {
    const read = this.last.then(async () => {
      const seen = this.seen.get(hash);
      if (seen === undefined) return undefined;
      return (await this.openTower()).attentionOf(seen, this.processor.levels, layer);
    });
    this.last = read.catch(() => {});
    return read;
  }

  /** Undefined: that picture was not encoded with this model. */
  rowsOf(hash: string): readonly EmbeddingRow[] | undefined {
    return this.encoded.get(hash);
  }

  async destroy(): Promise<void> {
    (await this.tower?.catch(() => null))?.destroy();
  }

  /** Its buffers are made with the first picture. */
  private openTower(): Promise<VisionTower> {
    this.tower ??= VisionTower.create(this.model).then((tower) => {
      if (tower === null) throw new Error("A model with a vision spec has no tower.");
      return tower;
    });
    return this.tower;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
