/** Attention of a model that is not there: each head looks at a place of its own, by a rule. */
import { FIGURES, OVERVIEW_CELLS } from "../shared/attentionMap";
import type { AttentionOverview, HeadId, InspectionApi, TileAxis } from "../shared/inspection";
import type { ModelSpec } from "../shared/modelSpec";
import type { SessionHandle } from "../shared/protocol";
import { fakeTokenText } from "./fakeNextToken";

/** Row of a picture's first patch. */
const PICTURE_AT = 3;

/** Weights of row t: a share on the first token, a share `back` tokens behind, the rest on itself. */
function fakeWeight({ layer, head }: HeadId, row: number, key: number): number {
  const sink = row === 0 ? 0 : ((layer * 3 + head) % 8) / 10;
  const back = (head % 4) + 1;
  const behind = row >= back && row > 0 ? 0.2 : 0;
  return (key === 0 ? sink : 0) + (key === row - back ? behind : 0) + (key === row ? 1 - sink - behind : 0);
}

/** @param lengthOf tokens in a session's cache */
export function fakeInspection(
  spec: ModelSpec,
  lengthOf: (session: SessionHandle) => number,
  log: (name: keyof InspectionApi, argument?: unknown) => void,
): InspectionApi {
  return {
    setInspection: async (session, on) => log("setInspection", { session, on }),
    showText: async (session, place) => {
      log("showText", { session, place });
      return lengthOf(session);
    },
    readOverview: async (session, known) => {
      log("readOverview", { session, known });
      const length = lengthOf(session);
      return known?.length === length ? null : fakeOverview(spec, length);
    },
    readTile: async (session, request) => {
      log("readTile", { session, request });
      const { rows, keys, heads } = request;
      const cells = new Float32Array(rows.count * keys.count);
      for (let i = 0; i < cells.length; i++) {
        const row = placeOn(rows, Math.floor(i / keys.count));
        const key = placeOn(keys, i % keys.count);
        const sum = heads.reduce((total, head) => total + fakeWeight(head, row, key), 0);
        cells[i] = key > row ? Number.NaN : sum / heads.length;
      }
      return { length: lengthOf(session), cells };
    },
    readPair: async (session, head, row, key) => {
      log("readPair", { session, head, row, key });
      const { headDim, scale } = spec.blocks[head.layer]?.attention ?? { headDim: 4, scale: 1 };
      const values = (seed: number): Float32Array<ArrayBuffer> =>
        Float32Array.from({ length: headDim }, (_, d) => Math.sin(seed * 7 + d));
      return { query: values(row), key: values(key), scale };
    },
    readLens: async (session, position, top) => {
      log("readLens", { session, position, top });
      const tokens = [3, 5, 8].slice(0, top).map((id) => ({ token: fakeTokenText(id), probability: 1 / id }));
      const layer = { top: tokens, entropyBits: 2.5, followed: [{ probability: 1 / 3, rank: 0 }] };
      return { position, followed: [fakeTokenText(3)], layers: [...spec.blocks, null].map(() => layer) };
    },
    readLensGrid: async (session, start, count, follow) => {
      log("readLensGrid", { session, start, count, follow });
      const size = (spec.blocks.length + 1) * count;
      const tokens = [3, 5, 8].map((id) => fakeTokenText(id));
      return {
        start,
        count,
        tokens,
        cells: Uint16Array.from({ length: size }, (_, i) => (i * 5) % tokens.length),
        probabilities: Float32Array.from({ length: size }, (_, i) => Math.floor(i / count) / (spec.blocks.length + 1)),
        followed: follow === null ? null : Float32Array.from({ length: size }, (_, i) => (i % 7) / 7),
      };
    },
    readRollout: async (session, position) => {
      log("readRollout", { session, position });
      return Float32Array.from(
        { length: position + 1 },
        (_, key) => (2 * (key + 1)) / ((position + 1) * (position + 2)),
      );
    },
    readTowerHead: async (model, hash, head, patch) => {
      log("readTowerHead", { model, hash, head, patch });
      const spread = (at: number): Float32Array<ArrayBuffer> =>
        Float32Array.from({ length: 36 }, (_, i) => (i === at ? 0.65 : 0.01));
      return { looksAt: spread((patch + head.head) % 36), drawn: spread(7), onClassRow: null };
    },
    readEffect: async (session, position, factors, top) => {
      log("readEffect", { session, position, factors });
      const tokens = [3, 5, 8]
        .slice(0, top)
        .map((id) => ({ token: fakeTokenText(id), before: 1 / id, after: 1 / (id + 1) }));
      return { position, kld: 0.07, entropyBits: { before: 2.5, after: 2.7 }, tokens };
    },
    scaleHeads: async (session, factors) => log("scaleHeads", { session, factors }),
  };
}

/** The picture stands behind the first tokens, if the text has room for it. */
function isPatch({ vision }: ModelSpec, row: number, length: number): boolean {
  const patches = vision === undefined ? 0 : (vision.imageSize / vision.patchSize) ** 2;
  return patches > 0 && length > patches + PICTURE_AT && row >= PICTURE_AT && row < PICTURE_AT + patches;
}

function fakeOverview(spec: ModelSpec, length: number): AttentionOverview {
  const shift = Math.max(0, Math.ceil(Math.log2(length / OVERVIEW_CELLS)));
  const rowCount = length === 0 ? 0 : ((length - 1) >> shift) + 1;
  const stride = OVERVIEW_CELLS + FIGURES.length;
  const layers = spec.blocks.map(({ attention }, layer) => {
    const state = new Float32Array(rowCount * attention.numHeads * stride);
    for (let row = 0; row < length; row++) {
      for (let head = 0; head < attention.numHeads; head++) {
        const at = ((row >> shift) * attention.numHeads + head) * stride;
        for (let key = 0; key <= row; key++) {
          const weight = fakeWeight({ layer, head }, row, key);
          state[at + (key >> shift)] = (state[at + (key >> shift)] as number) + weight;
          if (row === 0 || weight === 0) continue;
          const figures = [
            key === 0 ? weight : 0,
            key === row - 1 ? weight : 0,
            key === row ? weight : 0,
            0,
            -weight * Math.log2(weight),
            weight * (row - key),
          ];
          for (const [i, value] of figures.entries()) {
            state[at + OVERVIEW_CELLS + i] = (state[at + OVERVIEW_CELLS + i] as number) + value;
          }
        }
      }
    }
    return state;
  });
  return {
    epoch: length,
    length,
    ids: Array.from({ length }, (_, i) => (isPatch(spec, i, length) ? null : i)),
    idsFrom: 0,
    tokensPerCell: 2 ** shift,
    firstRow: 0,
    rowCount,
    layers,
    inductionRows: 0,
    gpuBytes: 2 ** 20,
  };
}

/** The first token of a cell. */
function placeOn({ start, step, edges }: TileAxis, cell: number): number {
  return edges?.[cell] ?? start + cell * step;
}
