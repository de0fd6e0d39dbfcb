/** The page's end of the worker that measures. */
import type { LibraryRequest, LibraryResult } from "./libraryResult";

export function measureLibrary(request: LibraryRequest): Promise<LibraryResult> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise<LibraryResult>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ result?: LibraryResult; error?: string }>) =>
      data.result === undefined ? reject(new Error(data.error)) : resolve(data.result);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
}
