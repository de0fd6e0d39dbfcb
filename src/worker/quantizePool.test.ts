/** Rows converted on several threads: the same bytes, the same errors, and this thread where there are no others. */
import { describe, expect, it } from "vitest";
import { convertRows } from "../runtime/model/convertRows";
import { quantize } from "../runtime/model/quantize/quantize";
import { SeededRandom } from "../runtime/testing/random";
import type { QuantizableFormat } from "../shared/quant";
import { QuantizePool, type Thread } from "./quantizePool";
import { quantizeShare, type Share } from "./quantizeShare";

class FakeThread implements Thread {
  onmessage: Thread["onmessage"] = null;
  onerror: Thread["onerror"] = null;
  static started = 0;
  static ended = 0;
  static shares: number[] = [];

  constructor() {
    FakeThread.started++;
  }

  postMessage(share: Share): void {
    FakeThread.shares.push(share.bytes.length);
    const data = quantizeShare(structuredClone(share));
    setTimeout(() => this.onmessage?.call(this as never, { data } as MessageEvent));
  }

  terminate(): void {
    FakeThread.ended++;
  }
}

const WEIGHTS = new SeededRandom(3).normals(256 * 301);
const AS_BF16 = quantize(WEIGHTS, "bf16", "w");

describe("quantizePool", () => {
  it.each(["q8_0", "q4_0", "q5_1", "q4_k", "q6_k", "f16"] as const)("%s: the bytes of one thread", async (level) => {
    for (const [from, bytes] of [
      ["f32", quantize(WEIGHTS, "f32", "w")],
      ["bf16", AS_BF16],
    ] as const) {
      const pool = new QuantizePool(() => new FakeThread(), 3);
      FakeThread.shares = [];
      const converted = await pool.convert(bytes, from, level, "w");
      expect(Buffer.compare(converted, convertRows(bytes, from, level, "w"))).toBe(0);
      // 301 blocks: 101, 101 and 99.
      const blockBytes = bytes.length / 301;
      expect(FakeThread.shares).toEqual([101 * blockBytes, 101 * blockBytes, 99 * blockBytes]);
    }
  });

  it("answers each of several questions at once", async () => {
    const pool = new QuantizePool(() => new FakeThread(), 2);
    const levels: QuantizableFormat[] = ["q8_0", "q4_0", "q6_k"];
    const all = await Promise.all(levels.map((level) => pool.convert(AS_BF16, "bf16", level, "w")));
    for (const [i, level] of levels.entries()) {
      expect(Buffer.compare(all[i] as Uint8Array, convertRows(AS_BF16, "bf16", level, "w"))).toBe(0);
    }
  });

  it("names the tensor that holds too much, and goes on", async () => {
    const pool = new QuantizePool(() => new FakeThread(), 2);
    const large = WEIGHTS.slice();
    large[256 * 300] = 9e6;
    const bytes = quantize(large, "f32", "w");
    await expect(pool.convert(bytes, "f32", "q4_0", "blk.3.w")).rejects.toMatchObject({
      name: "ConversionError",
      message: expect.stringContaining("blk.3.w"),
    });
    await expect(pool.convert(AS_BF16, "bf16", "q4_0", "w")).resolves.toBeInstanceOf(Uint8Array);
  });

  it("starts threads when they are needed, and ends them", async () => {
    FakeThread.started = 0;
    FakeThread.ended = 0;
    const pool = new QuantizePool(() => new FakeThread(), 3);
    // A row or two is done sooner than sent.
    await pool.convert(AS_BF16.slice(0, 512), "bf16", "q4_0", "w");
    expect(FakeThread.started).toBe(0);
    await pool.convert(AS_BF16, "bf16", "q8_0", "w");
    await pool.convert(AS_BF16, "bf16", "q8_0", "w");
    expect(FakeThread.started).toBe(3);
    pool.close();
    expect(FakeThread.ended).toBe(3);
  });

  it("does it alone where threads cannot be had", async () => {
    const here = convertRows(AS_BF16, "bf16", "q4_0", "w");
    const none = new QuantizePool(() => {
      throw new DOMException("no workers", "SecurityError");
    }, 2);
    expect(Buffer.compare(await none.convert(AS_BF16, "bf16", "q4_0", "w"), here)).toBe(0);
    const dying = new QuantizePool(() => {
      const thread = new FakeThread();
      thread.postMessage = () => setTimeout(() => thread.onerror?.call(thread as never, {} as ErrorEvent));
      return thread;
    }, 2);
    expect(Buffer.compare(await dying.convert(AS_BF16, "bf16", "q4_0", "w"), here)).toBe(0);
  });
});
