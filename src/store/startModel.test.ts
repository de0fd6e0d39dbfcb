import { describe, expect, it } from "vitest";
import { createMemoryStorage } from "../shared/chatStorage";
import type { KeptId, KeptModel } from "../shared/library";
import { until } from "../shared/testing/waits";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { holdAnswers } from "./held";
import { keepChats, restoreKept } from "./keeping";
import { chooseStart, rememberModel } from "./startModel";

const HERE = "http://localhost/app/";
const KEPT: KeptModel = {
  id: "k" as KeptId,
  name: "stories",
  link: "example/stories",
  level: "q8_0",
  version: null,
  licence: null,
  keptBytes: 10,
  totalBytes: 10,
  lastUsed: 1,
  files: [],
};
const LAST = rememberModel("stories", "q8_0", "example/stories");

describe("chooseStart", () => {
  it("does what the address bar says before all else", () => {
    const asked = { kind: "link", link: "a/b", level: "q4_0" };
    expect(chooseStart(`${HERE}?model=a/b&level=q4_0`, LAST, [KEPT])).toEqual(asked);
    expect(chooseStart(`${HERE}?model=none`, LAST, [KEPT])).toEqual({ kind: "none" });
  });

  it("opens what was open last where it is kept whole, at that level", () => {
    expect(chooseStart(HERE, LAST, [KEPT])).toEqual({ kind: "kept", kept: KEPT });
    for (const other of [{ ...KEPT, keptBytes: 9 }, { ...KEPT, level: "q4_0" } as const, { ...KEPT, link: "x/y" }]) {
      expect(chooseStart(HERE, LAST, [other])).toEqual({ kind: "none" });
    }
  });

  it("asks the page's own site whether the model changed, and no other", () => {
    for (const [link, kind] of [
      ["http://localhost/models/a/", "link"],
      ["http://elsewhere/a.gguf", "kept"],
    ] as const) {
      const start = chooseStart(HERE, { ...LAST, link }, [{ ...KEPT, link }]);
      expect(start.kind).toBe(kind);
    }
  });

  it("opens nothing that came from files, was closed, or failed to open again and again", () => {
    expect(chooseStart(HERE, { ...LAST, link: null }, [KEPT])).toEqual({ kind: "none" });
    expect(chooseStart(HERE, { ...LAST, startsLeft: 0 }, [KEPT])).toEqual({ kind: "none" });
  });
});

describe("the model that comes with the page", () => {
  const link = `${HERE}models/pane/`;

  it("opens for who never opened one, from the folder of the page", () => {
    for (const page of ["", "?tab=kv", "index.html#x"]) {
      expect(chooseStart(HERE + page, null, [])).toEqual({ kind: "bundled", link });
    }
    expect(chooseStart(`${HERE}?model=none`, null, [])).toEqual({ kind: "none" });
  });

  it("opens again for who used it last, kept or not, unless it was closed", () => {
    const last = rememberModel("pane", "q8_0", link);
    expect(chooseStart(HERE, last, [])).toEqual({ kind: "link", link, level: "q8_0" });
    expect(chooseStart(HERE, { ...last, startsLeft: 0 }, [])).toEqual({ kind: "none" });
  });
});

const atOnce = (run: () => void): (() => void) => {
  run();
  return () => {};
};

/** A visit whose storage is that of the one before. */
async function visit(storage = createMemoryStorage(), options: Partial<FakeOptions> = {}, address = HERE) {
  const runtime = createFakeRuntime(options);
  const store = createAppStore(runtime, { requestFrame: atOnce });
  await restoreKept(store, storage);
  const keeper = keepChats(store, storage);
  const started = startApp(store, address);
  const leave = async () => {
    await keeper.flush();
    keeper.end();
  };
  return { runtime, store, storage, started, leave };
}

/** Whether the visit opens a model by itself; it is known when it does, or when the start is over. */
async function isLoadingAtStart({ store, started }: Awaited<ReturnType<typeof visit>>): Promise<boolean> {
  let isOver = false;
  void started.then(() => {
    isOver = true;
  });
  await until(() => isOver || store.getState().loading !== null);
  return store.getState().loading !== null;
}

const nameOf = (store: AppStore) => store.getState().model?.report.name ?? null;
const openKept = async ({ store }: { store: AppStore }) => {
  const [kept] = await store.getState().keptModels();
  await store.getState().openKept(kept as KeptModel);
};

describe("startApp", () => {
  it("opens the kept model again, visit after visit", async () => {
    const first = await visit(undefined, {}, `${HERE}?model=none`);
    await first.started;
    expect(nameOf(first.store)).toBeNull();
    await openKept(first);
    await first.leave();
    for (let count = 0; count < 3; count++) {
      const next = await visit(first.storage);
      await next.started;
      expect(nameOf(next.store)).toBe("stories");
      expect(next.store.getState()).toMatchObject({ isStarting: false, level: "q8_0" });
      await next.leave();
    }
  });

  it("does not open what the person closed, but offers it", async () => {
    const first = await visit();
    await first.started;
    await openKept(first);
    await first.store.getState().closeModel();
    await first.leave();
    const next = await visit(first.storage);
    await next.started;
    expect(nameOf(next.store)).toBeNull();
    expect(next.store.getState().rememberedModel?.name).toBe("stories");
  });

  it("gives up on a model with which the page went down twice", async () => {
    const first = await visit();
    await first.started;
    await openKept(first);
    await first.leave();
    const opens: boolean[] = [];
    for (let count = 0; count < 3; count++) {
      const next = await visit(first.storage);
      // The page ends before the model is open.
      next.runtime.loadModel = () => new Promise(() => {});
      opens.push(await isLoadingAtStart(next));
      await next.leave();
    }
    expect(opens).toEqual([true, true, false]);
  });

  it("stays out of the way of a person who opens something at once", async () => {
    const first = await visit();
    await first.started;
    await openKept(first);
    await first.leave();
    const next = await visit(first.storage);
    await next.store.getState().openFiles([new File(["x"], "own.gguf")]);
    await next.started;
    expect(nameOf(next.store)).toBe("own");
  });

  it("stays out of the way of a person who waits for a hub's list, or chooses from one", async () => {
    const first = await visit();
    await first.started;
    await openKept(first);
    await first.leave();
    for (const isLate of [true, false]) {
      const next = await visit(first.storage);
      const lists = holdAnswers(next.runtime, "listHubFiles");
      const asked = next.store.getState().openLink("example/stories-GGUF", null, HERE);
      if (isLate) await next.started;
      lists[0]?.();
      await Promise.all([asked, next.started]);
      const { loading, hubFiles } = next.store.getState();
      expect([nameOf(next.store), loading, hubFiles?.files.length]).toEqual([null, null, 2]);
      await next.leave();
    }
  });

  it("opens the bundled model as stored on a first visit, and on the next", async () => {
    const first = await visit();
    await first.started;
    expect(nameOf(first.store)).toBe("pane");
    expect(first.runtime.calls.find((call) => call.name === "loadModel")?.argument).toMatchObject({
      source: { kind: "url", url: `${HERE}models/pane/` },
      level: "stored",
    });
    await first.leave();
    const next = await visit(first.storage);
    await next.started;
    expect(nameOf(next.store)).toBe("pane");
  });

  it("says so when the bundled model cannot be opened, and tries again next time", async () => {
    const first = await visit(undefined, { scene: "load-error" });
    await first.started;
    expect(first.store.getState()).toMatchObject({ rememberedModel: null, isStarting: false, loading: null });
    expect(first.store.getState().notice?.failure).toEqual({ kind: "open", name: "pane" });
    await first.leave();
    const next = await visit(first.storage);
    await next.started;
    expect(nameOf(next.store)).toBe("pane");
  });

  it("gives up on a bundled model with which the page went down twice", async () => {
    const storage = createMemoryStorage();
    const opens: boolean[] = [];
    for (let count = 0; count < 3; count++) {
      const next = await visit(storage);
      next.runtime.loadModel = () => new Promise(() => {});
      opens.push(await isLoadingAtStart(next));
      await next.leave();
    }
    expect(opens).toEqual([true, true, false]);
  });

  it("cancels the bundled model for a person's own file, which is remembered instead", async () => {
    const first = await visit(undefined, { tokenMs: 5 });
    await until(() => first.store.getState().loading !== null);
    await first.store.getState().openFiles([new File(["x"], "own.gguf")]);
    await first.started;
    expect(nameOf(first.store)).toBe("own");
    expect(first.store.getState().notice).toBeNull();
    expect(first.store.getState().rememberedModel?.name).toBe("own");
  });
});
