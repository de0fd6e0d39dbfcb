/** `test` with the page as a person uses it, servers that end with the test, and a watch on the network. */
import { test as base, expect } from "@playwright/test";
import { type Faults, HubServer } from "../../src/runtime/testing/hubServer";
import { ChatPage } from "./chatPage";
import { ModelServer, type ModelServerOptions } from "./modelServer";
import { type GivenFile, givenFile } from "./models";

export { expect } from "@playwright/test";

const FAKE_SITE = `http://localhost:${process.env.VITRINE_FAKE_PORT}`;

type Serve = (files: readonly GivenFile[], options?: ModelServerOptions & { folder?: string }) => Promise<ModelServer>;

/** Scenes are those of src/store/fakeRuntime.ts. */
interface FakeOptions {
  readonly scene?: string;
  /** Between two tokens. */
  readonly ms?: number;
  readonly answer?: string;
  /** Over and over until it is stopped: for acting while it is under way, however slow the machine is. */
  readonly isEndless?: boolean;
}

interface Fixtures {
  readonly chat: ChatPage;
  /** The page with made-up answers instead of a model; `openFake` has one open already. */
  readonly gotoFake: (options?: FakeOptions) => Promise<ChatPage>;
  readonly openFake: (options?: FakeOptions) => Promise<ChatPage>;
  readonly serve: Serve;
  /** A hub with one repository, "tiny/model", or whatever paths are given. */
  readonly serveHub: (files: readonly GivenFile[], faults?: Partial<Faults>, root?: string) => Promise<HubServer>;
  /** Addresses that were asked for so far, by the page and its worker. */
  readonly addresses: readonly string[];
}

interface Kept {
  readonly servers: { readonly origin: string; close(): Promise<void> }[];
}

export const test = base.extend<Fixtures & { kept: Kept }>({
  // What the page still fetches when a test is over has nobody to answer it.
  page: async ({ page }, use) => {
    // Caught from the beginning: Chromium is told while the click that brings the first is on its way already.
    page.on("filechooser", () => {});
    await use(page);
    if (!page.isClosed()) await page.unrouteAll({ behavior: "ignoreErrors" });
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  kept: async ({}, use) => {
    const servers: { readonly origin: string; close(): Promise<void> }[] = [];
    await use({ servers });
    for (const server of servers) await server.close();
  },
  serve: async ({ kept }, use) => {
    await use(async (files, { folder = "", ...options } = {}) => {
      const contents = files.map(({ name, buffer }) => [`/${folder}${name}`, new Uint8Array(buffer)] as const);
      const server = await ModelServer.start(new Map(contents), options);
      kept.servers.push(server);
      return server;
    });
  },
  serveHub: async ({ kept }, use) => {
    await use(async (files, faults = {}, root = "/tiny/model/resolve/main/") => {
      const contents = files.map(({ name, buffer }) => [`${root}${name}`, new Uint8Array(buffer)] as const);
      const server = await HubServer.start(contents, faults);
      kept.servers.push(server);
      return server;
    });
  },
  // Nothing a person does lets anything leave for elsewhere than the page's own site and the site of the link.
  addresses: [
    async ({ context, baseURL, kept }, use) => {
      const seen: string[] = [];
      context.on("request", (request) => seen.push(request.url()));
      await use(seen);
      const origins = kept.servers.map(({ origin }) => origin);
      const known = [new URL(baseURL ?? "").origin, FAKE_SITE, ...origins];
      const isOwn = (url: string) => /^(data|blob|about|chrome):/.test(url) || known.includes(new URL(url).origin);
      expect(seen.filter((url) => !isOwn(url))).toEqual([]);
    },
    { auto: true },
  ],
  gotoFake: async ({ chat }, use) => {
    await use(async ({ scene = "chat", ms = 1, answer, isEndless = false } = {}) => {
      const query = {
        model: "none",
        tab: "models",
        fake: scene,
        ms: String(ms),
        ...(answer !== undefined && { answer }),
        ...(isEndless && { endless: "" }),
      };
      await chat.page.goto(`${FAKE_SITE}/?${new URLSearchParams(query)}`);
      return chat;
    });
  },
  openFake: async ({ gotoFake }, use) => {
    await use(async (options) => {
      const chat = await gotoFake(options);
      await chat.chooseFiles(givenFile("story.gguf", new Uint8Array(1)));
      await chat.expectReady("story");
      return chat;
    });
  },
  chat: async ({ page }, use) => {
    await use(new ChatPage(page));
  },
});
