import { describe, expect, it } from "vitest";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { createFakeRuntime } from "./fakeRuntime";
import type { FileSink } from "./savingSlice";

async function opened(): Promise<AppStore> {
  const store = createAppStore(createFakeRuntime(), { requestFrame: () => () => {} });
  await startApp(store, "http://localhost/?model=none");
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return store;
}

function recordingSink(onWrite: () => Promise<void> = async () => {}): FileSink & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    write: async (bytes) => {
      calls.push(`write ${bytes.length}`);
      await onWrite();
    },
    close: async () => void calls.push("close"),
    abort: async () => void calls.push("abort"),
  };
}

describe("saving the open model", () => {
  it("writes part after part, then closes the file", async () => {
    const store = await opened();
    const sink = recordingSink();
    await store.getState().saveGguf("q4_0", sink);
    expect(sink.calls).toEqual(["write 1000", "write 1000", "write 1000", "write 1000", "close"]);
    expect(store.getState().saving).toMatchObject({ choice: "q4_0", end: "done", doneBytes: 4000, totalBytes: 4000 });
  });

  it("keeps nothing of a file that was cancelled", async () => {
    const store = await opened();
    const sink = recordingSink(() => store.getState().cancelSaving());
    await store.getState().saveGguf("q8_0", sink);
    expect(sink.calls).toEqual(["write 1000", "abort"]);
    expect(store.getState().saving).toMatchObject({ end: "cancelled", error: null });
  });

  it("says why a file could not be written", async () => {
    const store = await opened();
    const sink = recordingSink(async () => {
      throw new Error("The disk is full.");
    });
    await store.getState().saveGguf("q8_0", sink);
    expect(sink.calls.at(-1)).toBe("abort");
    expect(store.getState().saving).toMatchObject({ end: "failed", error: { message: "The disk is full." } });
  });
});
