/** Where a page sends one text. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export class Report {
  private constructor(
    private readonly server: Server,
    readonly text: Promise<string>,
  ) {}

  static async listen(): Promise<Report> {
    const server = createServer();
    const sent = new Promise<string>((resolve, reject) => {
      server.on("request", (request, response) => {
        text(request).then(resolve, reject);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Report(server, sent);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
