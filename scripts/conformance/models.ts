/** Opens a golden's model the way the app does. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type ByteSource, memorySource } from "../../src/runtime/files/byteSource";
import { openModelFiles } from "../../src/runtime/files/modelFiles";
import { type OpenedModel, openModel } from "../../src/runtime/openModel";
import type { Level } from "../../src/shared/quant";
import { type Context, readBytes } from "./result";

export async function openFixture(context: Context, level: Level = "stored"): Promise<OpenedModel> {
  const { entry } = context;
  const sources =
    entry.model !== undefined
      ? [fileSource(context.modelPath(entry.model))]
      : folderSources(context.modelPath(entry.model_dir ?? ""));
  return openModel(context.gpu, await openModelFiles(sources), { level, variant: context.variant });
}

/** The same model as a language model and an image tower in GGUF; null where the golden has none. */
export async function openGgufPair(context: Context): Promise<OpenedModel | null> {
  const { text_gguf: text, mmproj_gguf: vision } = context.entry;
  if (text === undefined || vision === undefined) return null;
  const sources = [fileSource(context.modelPath(text)), fileSource(context.modelPath(vision))];
  return openModel(context.gpu, await openModelFiles(sources), { level: "stored", variant: context.variant });
}

export function fileSource(path: string): ByteSource {
  return memorySource(readBytes(path), basename(path).replace(/\.gz$/, ""));
}

export function folderSources(path: string): ByteSource[] {
  return readdirSync(path).map((name) => fileSource(join(path, name)));
}
