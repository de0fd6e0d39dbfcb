/** A web server for tests that serves models as a hub does, and breaks in every way a test asks for. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong; settable at any time. */
export interface Faults {
  /** Answers these statuses first, one a request, before it serves. */
  statuses: number[];
  /** Closes the connection after so many bytes of a body, one number a request. */
  cuts: number[];
  ranges: boolean;
  /** Lets other sites read answers. */
  cors: boolean;
  /** Names Content-Range and ETag in Access-Control-Expose-Headers. */
  exposes: boolean;
  /** Knows If-Range as a header of other sites. */
  allowsIfRange: boolean;
  /** Added to the true Content-Length. */
  lengthError: number;
  /** Sends bodies to this origin, as hubs do to their storage. */
  redirectTo: string | null;
  /** Asked for by every request when set. */
  token: string | null;
  /** ETag and Last-Modified are sent. */
  versions: boolean;
  /** Bytes from here on wait for `open`. */
  gateAt: number;
  /** What the hub is asked about its models waits for `open`. */
  gatesApi: boolean;
  /** Publishes this instead of the true SHA-256. */
  sha256: string | null;
  /** Bodies of all connections together are sent no faster. */
  bytesPerSecond: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
  readonly ifRange: string | null;
  sentBytes: number;
  aborted: boolean;
}

const NO_FAULTS: Faults = {
  statuses: [],
  cuts: [],
  ranges: true,
  cors: true,
  exposes: true,
  allowsIfRange: true,
  lengthError: 0,
  redirectTo: null,
  token: null,
  versions: true,
  gateAt: Number.POSITIVE_INFINITY,
  gatesApi: false,
  sha256: null,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

/** A line that was idle for longer than a timer is late does not make up for it. */
const CATCH_UP_MS = 20;

export class HubServer {
  readonly asked: Asked[] = [];
  private readonly hashes = new WeakMap<Uint8Array, string>();
  private port = 0;
  private answering = 0;
  faults: Faults;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  /** When the line is free again, where it has a speed. */
  private lineFreeAt = 0;
  private openGate: () => void = () => {};
  private gate = new Promise<void>((resolve) => {
    this.openGate = resolve;
  });

  private constructor(
    /** By path: "/name.gguf"; of a hub's model "/owner/name/resolve/main/name.gguf". */
    readonly files: Map<string, Uint8Array>,
    faults: Partial<Faults>,
  ) {
    this.faults = { ...NO_FAULTS, statuses: [], cuts: [], ...faults };
  }

  static async start(files: Iterable<readonly [string, Uint8Array]>, faults: Partial<Faults> = {}): Promise<HubServer> {
    const started = new HubServer(new Map(files), faults);
    await new Promise<void>((resolve) => started.server.listen(0, "127.0.0.1", resolve));
    started.port = (started.server.address() as AddressInfo).port;
    return started;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Bytes of bodies sent so far. */
  get sentBytes(): number {
    return this.asked.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  }

  /** Nothing that was asked is still being answered. */
  get isIdle(): boolean {
    return this.answering === 0;
  }

  open(): void {
    this.openGate();
  }

  async close(): Promise<void> {
    this.open();
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults } = this;
    this.setCors(response);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const path = decodeURIComponent((request.url ?? "/").split("?", 1)[0] ?? "/");
    const header = (name: string) => (request.headers[name] as string | undefined) ?? null;
    const asked: Asked = {
      ...{ method: request.method ?? "", path, range: header("range"), ifRange: header("if-range") },
      ...{ authorization: header("authorization"), sentBytes: 0, aborted: false },
    };
    this.asked.push(asked);
    this.answering++;
    response.on("close", () => {
      this.answering--;
      asked.aborted = !response.writableFinished;
    });
    const status = faults.statuses.shift();
    if (status !== undefined) return void response.writeHead(status).end();
    if (faults.token !== null && asked.authorization !== `Bearer ${faults.token}`) {
      return void response.writeHead(401, { "X-Error-Code": "GatedRepo" }).end();
    }
    const api = this.hubAnswer(path);
    if (api !== null && faults.gatesApi) await this.gate;
    if (api !== null) return void response.writeHead(200, { "Content-Type": "application/json" }).end(api);
    // A commit's address leads to the branch's files; there is but one of each.
    const file = this.files.get(path) ?? this.files.get(path.replace(/\/resolve\/[0-9a-f]{40}\//, "/resolve/main/"));
    if (file === undefined) return void response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
    if (faults.redirectTo !== null) {
      return void response.writeHead(302, { Location: `${faults.redirectTo}${path}` }).end();
    }
    await this.send(file, asked, response);
  }

  private async send(file: Uint8Array, asked: Asked, response: ServerResponse): Promise<void> {
    const { faults } = this;
    const etag = `"${this.sha256(file).slice(0, 16)}"`;
    const isSame = asked.ifRange === null || asked.ifRange === etag;
    const range = faults.ranges && isSame ? /^bytes=(\d+)-(\d+)$/.exec(asked.range ?? "") : null;
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(file.length, Number(range?.[2] ?? file.length - 1) + 1);
    if (faults.versions) response.setHeader("ETag", etag);
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("Content-Length", end - start + faults.lengthError);
    if (range !== null) response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${file.length}`);
    response.writeHead(range === null ? 200 : 206);
    if (asked.method === "HEAD") return void response.end();
    // One byte is a question, not a download.
    const cut = end - start > 1 ? faults.cuts.shift() : undefined;
    const stop = Math.min(end, start + (cut ?? Number.POSITIVE_INFINITY));
    const open = Math.min(stop, Math.max(start, faults.gateAt));
    if (!(await this.write(response, file, start, open, asked))) return;
    if (open < stop) {
      response.flushHeaders();
      await this.gate;
      if (!(await this.write(response, file, open, stop, asked))) return;
    }
    if (cut !== undefined) response.destroy();
    else response.end();
  }

  /** In pieces, waiting for the network, so that what counts as sent was sent. False once the other side has gone. */
  private async write(
    response: ServerResponse,
    file: Uint8Array,
    start: number,
    end: number,
    asked: Asked,
  ): Promise<boolean> {
    for (let at = start; at < end; at += 65_536) {
      if (response.destroyed) return false;
      const piece = file.subarray(at, Math.min(end, at + 65_536));
      await this.lineIsFree(piece.length);
      asked.sentBytes += piece.length;
      await new Promise<void>((resolve) => {
        response.once("close", resolve);
        response.write(piece, () => {
          response.off("close", resolve);
          resolve();
        });
      });
    }
    return !response.destroyed;
  }

  /** After what was sent before, at the line's speed; a late timer is caught up with. */
  private async lineIsFree(bytes: number): Promise<void> {
    const { bytesPerSecond } = this.faults;
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    this.lineFreeAt = Math.max(this.lineFreeAt, now - CATCH_UP_MS) + (bytes / bytesPerSecond) * 1000;
    if (this.lineFreeAt > now) await new Promise((resolve) => setTimeout(resolve, this.lineFreeAt - now));
  }

  /** Hex, computed once: files may be large. */
  private sha256(file: Uint8Array): string {
    const known = this.hashes.get(file) ?? createHash("sha256").update(file).digest("hex");
    this.hashes.set(file, known);
    return known;
  }

  private setCors(response: ServerResponse): void {
    const { cors, exposes, allowsIfRange } = this.faults;
    if (!cors) return;
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", `Range, Authorization${allowsIfRange ? ", If-Range" : ""}`);
    if (exposes) response.setHeader("Access-Control-Expose-Headers", "Content-Range, ETag, X-Error-Code");
  }

  /** The two questions of the hub's API that are asked: the revision's commit, and its files. */
  private hubAnswer(path: string): string | null {
    const match = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(path);
    if (match === null) return null;
    const [, id, question] = match;
    const root = `/${id}/resolve/main/`;
    const files = [...this.files].filter(([name]) => name.startsWith(root));
    if (files.length === 0) return null;
    const hash = createHash("sha256");
    for (const [, bytes] of files) hash.update(this.sha256(bytes));
    const sha = hash.digest("hex").slice(0, 40);
    if (question === "revision") return JSON.stringify({ id, sha, cardData: { license: "apache-2.0" } });
    const entries = files.map(([name, bytes]) => {
      const oid = this.faults.sha256 ?? this.sha256(bytes);
      const lfs = /\.(gguf|safetensors)$/.test(name) ? { lfs: { oid, size: bytes.length } } : {};
      return { type: "file", path: name.slice(root.length), size: bytes.length, ...lfs };
    });
    return JSON.stringify(entries);
  }
}
