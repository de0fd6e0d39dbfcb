/** Made-up lanes for the fake runtime: coarser levels leave the reference earlier. */
import type { LaneStats, LanesApi } from "../shared/lanes";
import type { RuntimeApi } from "../shared/protocol";
import { bitsPerWeight, QUANT_FORMATS } from "../shared/quant";
import { fakeFormatOf, fakeModel } from "./fakeComparison";
import { fakeTokenText } from "./fakeNextToken";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function fakeLanes(tokenMs: number, log: (name: keyof RuntimeApi, argument?: unknown) => void): LanesApi {
  let isStopped = false;
  return {
    runLanes: async (request, onEvent) => {
      log("runLanes", request);
      isStopped = false;
      const lanes = request.lanes.map(({ level, answerIds }) => ({
        level,
        bits: bitsPerWeight(QUANT_FORMATS[fakeFormatOf(level)]),
        given: answerIds.length,
        ids: [...answerIds],
      }));
      for (const { level } of lanes) onEvent({ kind: "opened", level, weightBytes: fakeModel(level).weightBytes });
      for (let turn = 0; turn < request.maxNewTokens && !isStopped; turn++) {
        for (const { level, bits, given, ids } of lanes) {
          if (ids.length >= request.maxNewTokens) continue;
          const place = ids.length;
          // A finer level agrees for longer; after a forced token it agrees once more as long.
          const hasLeft = bits < 32 && place - given >= Math.round(2 * bits);
          ids.push((place * 7 + (hasLeft ? 3 : 0)) % 8);
          const stats: LaneStats = {
            generatedTokens: ids.length - given,
            firstTokenMs: 20 + bits,
            tokensPerSecond: ids.length - given > 1 ? 900 / bits : null,
            cacheBytes: 512 * (ids.length + 12),
            cacheReservedBytes: 512 * (request.maxNewTokens + 12),
          };
          const tokens = ids.slice(place).map(fakeTokenText);
          onEvent({ kind: "tokens", level, from: place, tokens, stats });
        }
        await wait(tokenMs);
      }
      for (const { level } of lanes) {
        onEvent({ kind: "ended", level, endReason: isStopped ? "stopped" : "max-tokens" });
      }
    },
    stopLanes: async () => {
      log("stopLanes");
      isStopped = true;
    },
    closeLanes: async () => log("closeLanes"),
  };
}
