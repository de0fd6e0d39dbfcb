/**
 * Calls to a worker, which may go away without an answer. A race against one promise that lasts as long as the worker
 * would do, but that promise would hold on to every answer ever given.
 */
export class OpenCalls {
  private readonly rejections = new Set<(reason: Error) => void>();
  private reason: Error | null = null;

  get size(): number {
    return this.rejections.size;
  }

  /** The answer, or the reason for which there will be none. */
  answered<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.reason !== null) reject(this.reason);
      else this.rejections.add(reject);
      answer.then(resolve, reject).finally(() => this.rejections.delete(reject));
    });
  }

  /** Nothing will be answered any more. */
  end(reason: Error): void {
    this.reason = reason;
    for (const reject of this.rejections) reject(reason);
    this.rejections.clear();
  }
}
