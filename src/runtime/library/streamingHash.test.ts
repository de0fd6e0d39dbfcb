import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { SeededRandom } from "../testing/random";
import { createStreamingHash } from "./streamingHash";

it("goes on from a saved state as if it had never ended, wherever that was", async () => {
  const random = new SeededRandom(4);
  const bytes = Uint8Array.from({ length: 5000 }, () => random.integer(256));
  const expected = createHash("sha256").update(bytes).digest("hex");
  // Inside a block of 64 bytes, at its ends, and before the first.
  for (const cut of [0, 1, 63, 64, 65, 127, 4096, 4999, 5000]) {
    const before = await createStreamingHash(null);
    before.update(bytes.subarray(0, cut));
    const saved = JSON.parse(JSON.stringify(before.save())) as string;
    // Saving ends nothing.
    before.update(bytes.subarray(cut));
    expect(before.digest()).toBe(expected);
    const after = await createStreamingHash(saved);
    after.update(bytes.subarray(cut));
    expect(after.digest()).toBe(expected);
  }
});

it("takes no state that is none", async () => {
  await expect(createStreamingHash(btoa("of another version"))).rejects.toThrow();
  await expect(createStreamingHash("no base64 at all!")).rejects.toThrow();
});
