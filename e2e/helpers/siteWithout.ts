/** The site as it ships, with something before its worker's script: what a browser lacks, no page can take from a worker. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SiteCopy {
  readonly origin: string;
  /** Workers that began with the text before them. */
  readonly workers: () => number;
  close(): Promise<void>;
}

/** @param script runs in the worker before anything of ours */
export async function siteWithWorkerScript(site: string, script: string): Promise<SiteCopy> {
  let workers = 0;
  const server = createServer(async ({ url = "/" }, response) => {
    const original = await fetch(new URL(url, site));
    const type = original.headers.get("content-type");
    response.writeHead(original.status, type === null ? {} : { "Content-Type": type });
    const isWorker = /^\/assets\/worker-[^/]*\.js$/.test(url) && original.ok;
    if (isWorker) {
      workers += 1;
      response.write(`${script}\n`);
    }
    response.end(new Uint8Array(await original.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    workers: () => workers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
