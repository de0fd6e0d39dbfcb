/** Counts the calls that reach WebGPU: what a token costs besides arithmetic. */
import { Gpu } from "../gpu/device";

export class ApiCounter {
  /** The same device; everything made through it is counted. */
  readonly gpu: Gpu;
  /** Calls in order, as "object.method"; a map that succeeds ends with "buffer.mapped". */
  readonly calls: string[] = [];

  /** @param readsZeros buffers that are mapped hold zeros: the null backend leaves whatever the memory held */
  constructor(
    gpu: Gpu,
    private readonly readsZeros = false,
  ) {
    this.gpu = new Gpu(this.watched("device", gpu.device), gpu.info, gpu.isSoftware);
  }

  /** Calls of that name, e.g. "queue.submit". */
  count(name: string): number {
    return this.calls.filter((call) => call === name).length;
  }

  reset(): void {
    this.calls.length = 0;
  }

  /** Dawn's objects insist on being called as themselves, so methods are bound to them. */
  private watched<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key === "queue") return this.watched("queue", value as object);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          if (typeof key === "string") this.calls.push(`${name}.${key}`);
          return this.result(key, value.apply(target, args));
        };
      },
    });
  }

  private result(key: string | symbol, made: unknown): unknown {
    switch (key) {
      case "createCommandEncoder":
        return this.watched("encoder", made as object);
      case "beginComputePass":
        return this.watched("pass", made as object);
      case "createBuffer":
        return this.watchedMaps(made as GPUBuffer);
      default:
        return made;
    }
  }

  /** Buffers are handed to Dawn, which takes no stand-ins: the method alone is replaced. */
  private watchedMaps(buffer: GPUBuffer): GPUBuffer {
    const map = buffer.mapAsync.bind(buffer);
    Object.defineProperty(buffer, "mapAsync", {
      value: async (...args: Parameters<GPUBuffer["mapAsync"]>) => {
        this.calls.push("buffer.mapAsync");
        const result = await map(...args);
        this.calls.push("buffer.mapped");
        return result;
      },
    });
    if (this.readsZeros) {
      const range = buffer.getMappedRange.bind(buffer);
      Object.defineProperty(buffer, "getMappedRange", {
        value: (...args: Parameters<GPUBuffer["getMappedRange"]>) => {
          const mapped = range(...args);
          if (buffer.mapState === "mapped") new Uint8Array(mapped).fill(0);
          return mapped;
        },
      });
    }
    return buffer;
  }
}
