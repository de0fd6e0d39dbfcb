/** Where a page sends one text, and asks what processor time was used so far. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ProcessorMs } from "./libraryResult";

/** Asked with GET. */
const HEADERS = { "Access-Control-Allow-Origin": "*", "Content-Type": "application/json" };

export class Report {
  /** Set by who knows the processes. */
  processorTime: () => Promise<ProcessorMs | null> = async () => null;

  private constructor(
    private readonly server: Server,
    readonly text: Promise<string>,
  ) {}

  static async listen(): Promise<Report> {
    const server = createServer();
    const sent = new Promise<string>((resolve, reject) => {
      server.on("request", (request, response) => {
        if (request.method === "GET") return;
        text(request).then(resolve, reject);
        response.end();
      });
    });
    const report = new Report(server, sent);
    server.on("request", async ({ method }, response) => {
      if (method === "GET") response.writeHead(200, HEADERS).end(JSON.stringify(await report.processorTime()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return report;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
