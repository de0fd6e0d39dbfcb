/** The library of the fake runtime: one kept model, one repository with two files. */

import { VitrineError } from "../shared/errors";
import type { KeptId, KeptModel, LibraryApi, ModelInspection } from "../shared/library";
import { LEVEL_CHOICES, rulesOf, splitChoice } from "../shared/recipes";
import { FAKE_SPEC } from "./fakeModel";

export const FAKE_INSPECTION: ModelInspection = {
  name: "stories",
  link: "example/stories",
  licence: "mit",
  version: "0123456789abcdef0123456789abcdef01234567",
  spec: FAKE_SPEC,
  parameters: 260_032,
  storedFormats: { f32: 1_040_128 },
  sourceBytes: 1_185_376,
  levels: LEVEL_CHOICES.map((level) => {
    const weightBytes = { stored: 1_185_376, f32: 1_185_376, f16: 600_000, q8_0: 320_000, q4_0: 170_000 }[
      level as string
    ];
    const bytes = weightBytes ?? 170_000;
    return {
      level,
      downloadBytes: 1_185_376,
      keptBytes: bytes,
      presentBytes: 0,
      weightBytes: bytes,
      bytesPerToken: bytes,
    };
  }),
};

const FAKE_KEPT: KeptModel = {
  id: "00112233aabbccdd" as KeptId,
  name: "stories",
  link: "example/stories",
  level: "q8_0",
  version: "0123456789abcdef0123456789abcdef01234567",
  licence: "mit",
  keptBytes: 320_000,
  totalBytes: 320_000,
  lastUsed: Date.UTC(2026, 9, 1),
  files: [{ name: "model.safetensors", sha256: "9f".repeat(32) }],
};

export function createFakeLibrary(log: (name: keyof LibraryApi, argument?: unknown) => void): LibraryApi {
  let kept: readonly KeptModel[] = [FAKE_KEPT];
  let isExportCancelled = false;
  return {
    listHubFiles: async (source) => {
      log("listHubFiles", source);
      if (source.kind !== "hub" || !source.id.endsWith("GGUF")) return [];
      return [
        { path: "stories-Q4_0.gguf", sizeBytes: 170_000, parts: 1, towerBytes: 0 },
        { path: "stories-Q8_0.gguf", sizeBytes: 320_000, parts: 1, towerBytes: 0 },
      ];
    },
    inspectModel: async (source) => {
      log("inspectModel", source);
      return FAKE_INSPECTION;
    },
    describeRecipe: async (handle, choice) => {
      log("describeRecipe", { handle, choice });
      const rules = rulesOf(splitChoice(choice).recipe).map(() => ({ tensors: 2, sizeBytes: 4000, named: 2 }));
      return { rules, rest: { tensors: 5, sizeBytes: 100_000 } };
    },
    pauseLoad: async () => log("pauseLoad"),
    resumeLoad: async () => log("resumeLoad"),
    takeOverLoad: async () => log("takeOverLoad"),
    listKept: async () => kept,
    keepModel: async (handle, onProgress) => {
      log("keepModel", handle);
      onProgress(0, 1_185_376);
      onProgress(1_185_376, 1_185_376);
      kept = [{ ...FAKE_KEPT, id: "8899aabbccddeeff" as KeptId, link: "file:story.gguf", level: "stored" }, ...kept];
    },
    exportGguf: async (handle, choice, onPart) => {
      log("exportGguf", { handle, choice });
      isExportCancelled = false;
      for (let part = 0; part < 4 && !isExportCancelled; part++) await onPart(new Uint8Array(1000), 4000);
      if (isExportCancelled) throw new VitrineError("CancelledError", "Saving was cancelled.");
    },
    cancelExport: async () => {
      isExportCancelled = true;
      log("cancelExport");
    },
    cancelKeep: async () => log("cancelKeep"),
    whenKept: async () => null,
    describeKept: async (id) => {
      log("describeKept", id);
      const tensors = [{ name: "token_embd.weight", shape: [512, 64], type: "Q8_0", sizeBytes: 34_816 }];
      return { spec: FAKE_SPEC, parameters: 260_032, tensors };
    },
    verifyKept: async (id, onProgress) => {
      log("verifyKept", id);
      onProgress(1, 1);
      return { records: 1, damaged: [] };
    },
    deleteKept: async (id) => {
      log("deleteKept", id);
      kept = kept.filter((model) => id !== null && model.id !== id);
    },
    describeStorage: async () => ({ usedBytes: 320_000, quotaBytes: 10_000_000_000, isPersisted: false }),
    measureBandwidth: async () => 100e9,
  };
}
