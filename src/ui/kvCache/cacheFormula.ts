import { type KvLayer, kvBytesPerToken, kvCacheBytes } from "../../shared/memory";
import { formatBytes, formatCount } from "../../shared/units";
import type { Strings } from "../strings/en";

/** Where a cache's size comes from, with the real numbers; layers that differ are summed up. */
export function cacheFormula(
  words: Strings["kvCache"],
  layers: readonly KvLayer[],
  valueBytes: number,
  tokens: number,
): string {
  const first = layers[0];
  const isUniform = layers.every(
    ({ numKvHeads, headDim }) => numKvHeads === first?.numKvHeads && headDim === first.headDim,
  );
  const count = formatCount(tokens);
  const sum =
    first === undefined || !isUniform
      ? words.sumMixed(formatBytes(kvBytesPerToken(layers, valueBytes)), count)
      : words.sum(layers.length, first.numKvHeads, first.headDim, String(valueBytes), count);
  return `${sum} = ${formatBytes(kvCacheBytes(layers, valueBytes, tokens))}`;
}
