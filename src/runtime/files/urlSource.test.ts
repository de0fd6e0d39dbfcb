import { describe, expect, it } from "vitest";
import { aWhile, until } from "../../shared/testing/waits";
import { type Fetch, isNotFound } from "./httpRequest";
import { urlSource } from "./urlSource";

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
const URL = "https://models.example/folder/tiny%20model.gguf?download=true";

interface Server {
  readonly fetch: Fetch;
  readonly requests: string[];
}

interface Behaviour {
  readonly ranges?: boolean;
  /** Like a server that does not expose Content-Range to other sites. */
  readonly hidesTotal?: boolean;
  readonly status?: number;
  readonly cutAt?: number;
}

function server(behaviour: Behaviour): Server {
  const requests: string[] = [];
  return {
    requests,
    fetch: async (_url, init) => {
      init?.signal?.throwIfAborted();
      const range = new Headers(init?.headers).get("range");
      requests.push(`${init?.method ?? "GET"} ${range ?? "all"}`);
      if (behaviour.status) return new Response("no", { status: behaviour.status });
      const size = String(BYTES.length);
      if (init?.method === "HEAD") return new Response(null, { headers: { "content-length": size } });
      if (!behaviour.ranges || !range) {
        return new Response(BYTES.slice(0, behaviour.cutAt), { headers: { "content-length": size } });
      }
      const [start = 0, end = 0] = range.replace("bytes=", "").split("-").map(Number);
      const headers: Record<string, string> = behaviour.hidesTotal
        ? {}
        : { "content-range": `bytes ${start}-${end}/${size}` };
      return new Response(BYTES.slice(start, end + 1), { status: 206, headers });
    },
  };
}

describe("urlSource", () => {
  it("reads ranges where the server has them", async () => {
    const { fetch, requests } = server({ ranges: true });
    const source = await urlSource(URL, { fetch });
    expect(source).toMatchObject({ name: "tiny model.gguf", sizeBytes: 1000 });
    expect([...(await source.read(500, 4))]).toEqual([...BYTES.slice(500, 504)]);
    expect(requests).toEqual(["GET bytes=0-0", "GET bytes=500-503"]);
    await expect(source.read(999, 2)).rejects.toMatchObject({ name: "InvalidFileError" });
  });

  it("asks with HEAD for a size that the server does not expose", async () => {
    const { fetch, requests } = server({ ranges: true, hidesTotal: true });
    const source = await urlSource(URL, { fetch });
    expect(source.sizeBytes).toBe(1000);
    expect(requests).toContain("HEAD all");
  });

  it("downloads once where the server ignores ranges, and counts", async () => {
    const { fetch, requests } = server({});
    const counts: number[] = [];
    const source = await urlSource(URL, { fetch, onDownload: (done) => counts.push(done) });
    expect([...(await source.read(997, 3))]).toEqual([...BYTES.slice(997)]);
    expect([...(await source.read(0, 3))]).toEqual([0, 1, 2]);
    expect(requests).toHaveLength(1);
    expect(counts.at(-1)).toBe(1000);
  });

  it("notices a download that ended early", async () => {
    await expect(urlSource(URL, { fetch: server({ cutAt: 900 }).fetch })).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringContaining("900 of 1000"),
    });
  });

  it.each([404, 403, 500])("says the status %i and the address", async (status) => {
    const failure = urlSource(URL, { fetch: server({ status }).fetch });
    await expect(failure).rejects.toMatchObject({ name: "DownloadError", message: expect.stringContaining(URL) });
    await expect(failure).rejects.toThrowError(String(status));
    expect(isNotFound(await failure.catch((error: unknown) => error))).toBe(status === 404);
  });

  it("tells of bytes as they come, each once, before the segment they belong to is whole", async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { fetch: answer } = server({ ranges: true });
    const cut = new Set<string>();
    const fetch: Fetch = async (url, init) => {
      const response = await answer(url, init);
      const range = new Headers(init?.headers).get("range") ?? "";
      if (range === "bytes=0-0") return response;
      const bytes = new Uint8Array(await response.arrayBuffer());
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(bytes.slice(0, 50));
          if (range === "bytes=0-99") await released;
          // The second segment's connection is cut once.
          if (range === "bytes=100-199" && !cut.has(range)) {
            cut.add(range);
            return controller.close();
          }
          if (bytes.length > 50) controller.enqueue(bytes.slice(50));
          controller.close();
        },
      });
      return new Response(body, { status: 206, headers: response.headers });
    };
    const source = await urlSource(URL, { fetch, segmentBytes: 100, parallel: 4, firstWaitMs: 1 });
    let received = 0;
    const taken: number[] = [];
    const reading = (async () => {
      const pieces = source.stream?.(0, 1000, undefined, (bytes) => {
        received += bytes;
      });
      for await (const piece of pieces ?? []) taken.push(...piece);
    })();
    // Half of the first, and the three that are fetched ahead of it.
    await until(() => received >= 350);
    await aWhile();
    expect(received).toBe(350);
    expect(taken).toEqual([]);
    release();
    await reading;
    expect(received).toBe(1000);
    expect(taken).toEqual([...BYTES]);
    expect([...cut]).toEqual(["bytes=100-199"]);
  });

  it("turns a failed connection into a DownloadError", async () => {
    const fetch: Fetch = async () => {
      throw new TypeError("Failed to fetch");
    };
    await expect(urlSource(URL, { fetch })).rejects.toMatchObject({ name: "DownloadError" });
  });

  it("notices a file that changed between two reads", async () => {
    const good = server({ ranges: true });
    let calls = 0;
    const fetch: Fetch = async (url, init) => {
      calls += 1;
      if (calls === 1) return good.fetch(url, init);
      return new Response(BYTES.slice(0, 4), { status: 206, headers: { "content-range": "bytes 0-3/4" } });
    };
    const source = await urlSource(URL, { fetch });
    await expect(source.read(0, 4)).rejects.toMatchObject({ name: "DownloadError" });
  });

  it("is cancelled before and while reading", async () => {
    const { fetch } = server({ ranges: true });
    await expect(urlSource(URL, { fetch, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "CancelledError",
    });
    const controller = new AbortController();
    const hanging: Fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    const pending = urlSource(URL, { fetch: hanging, signal: controller.signal });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: "CancelledError" });
  });
});
