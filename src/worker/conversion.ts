/** Converts rows on threads that are fetched and started when there is something to convert. */
import type { ConvertRows } from "../runtime/model/convertRows";
import type { QuantizePool } from "./quantizePool";

export class Conversion {
  private pool: Promise<QuantizePool> | null = null;

  readonly convert: ConvertRows = async (...rows) => {
    this.pool ??= import("./quantizePool").then(({ QuantizePool }) => new QuantizePool());
    return (await this.pool).convert(...rows);
  };

  close(): void {
    this.pool?.then(
      (pool) => pool.close(),
      () => {},
    );
    this.pool = null;
  }
}

/** Threads for as long as `run` takes. */
export async function withThreads<T>(run: (convert: ConvertRows) => Promise<T>): Promise<T> {
  const conversion = new Conversion();
  try {
    return await run(conversion.convert);
  } finally {
    conversion.close();
  }
}
