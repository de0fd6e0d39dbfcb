/** A small web server on another port, that is another site, for models opened by link. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ModelServerOptions {
  /** Answers ranges with 206. Otherwise every answer is the whole file. */
  readonly ranges?: boolean;
  /** Lets other sites read what it answers. */
  readonly cors?: boolean;
  /** Bytes from here on are not sent before `open` is called. */
  readonly gateAt?: number;
}

export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  /** The browser gave up before the answer was complete. */
  aborted: boolean;
}

export class ModelServer {
  readonly requests: ServedRequest[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private openGate: () => void = () => {};
  private readonly gate = new Promise<void>((resolve) => {
    this.openGate = resolve;
  });

  private constructor(
    private readonly files: ReadonlyMap<string, Uint8Array>,
    private readonly options: ModelServerOptions,
  ) {}

  /** @param files by path, "/talking.gguf" */
  static async start(files: ReadonlyMap<string, Uint8Array>, options: ModelServerOptions = {}): Promise<ModelServer> {
    const started = new ModelServer(files, options);
    await new Promise<void>((resolve) => started.server.listen(0, "127.0.0.1", resolve));
    return started;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets the bytes behind the gate through. */
  open(): void {
    this.openGate();
  }

  async close(): Promise<void> {
    this.openGate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { cors = true, ranges = true, gateAt = Number.POSITIVE_INFINITY } = this.options;
    if (cors) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Allow-Headers", "Range");
      response.setHeader("Access-Control-Expose-Headers", "Content-Range, Content-Length");
    }
    const path = decodeURIComponent((request.url ?? "/").split("?", 1)[0] ?? "/");
    const range = request.headers.range ?? null;
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const served: ServedRequest = { method: request.method ?? "", path, range, aborted: false };
    this.requests.push(served);
    response.on("close", () => {
      served.aborted = !response.writableFinished;
    });
    const file = this.files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    const asked = ranges ? /^bytes=(\d+)-(\d+)$/.exec(range ?? "") : null;
    const start = Number(asked?.[1] ?? 0);
    const end = Math.min(file.length, Number(asked?.[2] ?? file.length - 1) + 1);
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("Content-Length", end - start);
    if (asked !== null) response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${file.length}`);
    response.writeHead(asked === null ? 200 : 206);
    if (request.method === "HEAD") return void response.end();
    const sent = Math.min(end, Math.max(start, gateAt));
    if (sent > start) response.write(file.subarray(start, sent));
    if (sent < end) {
      response.flushHeaders();
      await this.gate;
    }
    if (!response.destroyed) response.end(file.subarray(sent, end));
  }
}
