/** Pictures as people give them: which kinds are taken, and how a file becomes one. */
import { VitrineError } from "../shared/errors";

/** No SVG: it is a program, and looks different everywhere. */
export const PICTURE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export const MAX_PICTURE_BYTES = 20 * 2 ** 20;
const NAME_LENGTH = 80;

export interface Picture {
  /** SHA-256 of the file, in hex: the same file given twice is one picture. */
  readonly id: string;
  /** The file's name; may be empty. */
  readonly name: string;
  /** The file as it came; its type is what its first bytes say. */
  readonly blob: Blob;
}

/** True for files that claim to be pictures, of kinds that are not taken as well: those are refused in words. */
export function looksLikePicture(file: { readonly type: string; readonly name?: string }): boolean {
  return file.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|avif)$/i.test(file.name ?? "");
}

/** By the first bytes, whatever the file's name says; null: of no kind that is taken. */
export function pictureTypeOf(bytes: Uint8Array): PictureType | null {
  const text = String.fromCharCode(...bytes.subarray(0, 32));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "image/webp";
  // The box of file types: a brand, its version, then the brands it is compatible with.
  const isAvif = (at: number): boolean => text.startsWith("avif", at) || text.startsWith("avis", at);
  if (text.startsWith("ftyp", 4) && [8, 16, 20, 24, 28].some(isAvif)) return "image/avif";
  return null;
}

/** @throws InvalidFileError saying what is taken */
export async function readPicture(file: Blob, name: string): Promise<Picture> {
  if (file.size > MAX_PICTURE_BYTES) {
    throw refused(`It has ${(file.size / 2 ** 20).toFixed(1)} MiB; at most 20 are taken. Make it smaller.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const type = pictureTypeOf(bytes);
  if (type === null)
    throw refused("Only PNG, JPEG, WebP, GIF and AVIF pictures are taken. This is none, or its beginning is damaged.");
  return { id: await sha256(bytes), name: pictureName(name), blob: new Blob([bytes], { type }) };
}

/** @throws InvalidFileError; `where` is for people */
export async function fromDataUrl(url: string, name: string, where: string): Promise<Picture> {
  const [, base64] = /^data:image\/[a-z]+;base64,([A-Za-z0-9+/]+={0,2})$/.exec(url) ?? [];
  if (base64 === undefined) throw refused(`${where} should be a data URL of a picture.`);
  // Before decoding: four letters are three bytes.
  if (base64.length > (MAX_PICTURE_BYTES / 3) * 4 + 4) throw refused(`${where} has more than 20 MiB.`);
  let binary: string;
  try {
    binary = atob(base64);
  } catch (cause) {
    throw new VitrineError("InvalidFileError", `${where} is not base64.`, { cause });
  }
  return readPicture(new Blob([Uint8Array.from(binary, (letter) => letter.charCodeAt(0))]), name);
}

export async function toDataUrl({ blob }: Picture): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // A call takes some tens of thousands of arguments at most.
  const parts = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, index) =>
    String.fromCharCode(...bytes.subarray(index * 8192, (index + 1) * 8192)),
  );
  return `data:${blob.type};base64,${btoa(parts.join(""))}`;
}

function pictureName(name: string): string {
  return name
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim()
    .slice(0, NAME_LENGTH);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refused(reason: string): VitrineError {
  return new VitrineError("InvalidFileError", reason);
}
