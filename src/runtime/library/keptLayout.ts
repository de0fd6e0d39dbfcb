/**
 * How a model lies in the store: its tensors one after the other as in their files, converted where the level asks for
 * it, cut into records. Everything follows from the tensor list, so that any record can be made again by itself.
 */
import type { ModelTensors } from "../../shared/modelSpec";
import { type FormatId, fileBytes, type Level, QUANT_FORMATS } from "../../shared/quant";
import type { Recipe } from "../../shared/recipes";
import type { SourcedTensor } from "../files/safetensors";
import { numElements, type TensorInfo } from "../files/tensorInfo";
import { levelledTensors } from "../model/appliedChoice";
import { targetFormat } from "../model/matrixLoader";
import { formatOf, isFullPrecision } from "../model/readRows";
import { recipeTensors } from "../model/recipeTensors";

export interface KeptTensor extends TensorInfo {
  /** Where its bytes come from; `type`, `start` and `sizeBytes` of the tensor itself say how it is kept. */
  readonly source: { readonly file: number; readonly start: number; readonly sizeBytes: number; readonly type: string };
}

/** A run of source bytes that is turned into a run of kept bytes by itself. */
export interface Unit {
  readonly tensor: KeptTensor;
  readonly sourceStart: number;
  readonly sourceEnd: number;
  readonly keptBytes: number;
}

/** Units of one file in a row, kept under one key. */
export interface RecordPlan {
  readonly index: number;
  readonly file: number;
  readonly start: number;
  readonly end: number;
  readonly sourceStart: number;
  readonly sourceEnd: number;
  readonly units: readonly Unit[];
}

/** Source bytes of a unit: what is held and converted at a time. */
const UNIT_BYTES = 4 * 2 ** 20;

/**
 * @param tensors of all files
 * @param fileOf index of a tensor's file
 */
export function keptTensors(
  tensors: Iterable<SourcedTensor>,
  fileOf: (tensor: SourcedTensor) => number,
  names: ModelTensors,
  level: Level,
  recipe: Recipe | "",
): KeptTensor[] {
  const convertible = convertibleNames(names);
  const levels = recipeTensors(recipe, names);
  const ordered = [...tensors]
    .map((info) => ({ info, file: fileOf(info) }))
    .sort((a, b) => a.file - b.file || a.info.start - b.info.start);
  let at = 0;
  return ordered.map(({ info, file }) => {
    const type = convertible.has(info.name) ? keptType(info, levels.get(info.name) ?? level) : info.type;
    const sizeBytes = type === info.type ? info.sizeBytes : convertedBytes(info, type);
    const start = at;
    at += sizeBytes;
    const source = { file, start: info.start, sizeBytes: info.sizeBytes, type: info.type };
    return { name: info.name, shape: info.shape, type, start, sizeBytes, source };
  });
}

/** What is stored transposed is kept so: its blocks would lie across its rows; the loader converts it. */
function convertibleNames(names: ModelTensors): ReadonlySet<string> {
  return new Set(levelledTensors(names).flatMap(({ name, transposed }) => (transposed === true ? [] : [name])));
}

function keptType(info: SourcedTensor, level: Level): string {
  if (info.shape.length !== 2) return info.type;
  const source = formatOf({ info, source: info.source }).id;
  return targetFormat(source, level, info.shape[1] as number).toUpperCase();
}

function formatOfType(type: string): (typeof QUANT_FORMATS)[FormatId] {
  return QUANT_FORMATS[type.toLowerCase() as FormatId];
}

function convertedBytes(info: TensorInfo, type: string): number {
  return fileBytes(formatOfType(type), numElements(info.shape));
}

/** True for tensors whose bytes are not kept as they come. */
export function isConverted(tensor: KeptTensor): boolean {
  return tensor.type !== tensor.source.type;
}

/** True for a record whose bytes are one run of its file. */
export function isAsItComes({ units, sourceStart }: RecordPlan): boolean {
  let at = sourceStart;
  return units.every((unit) => {
    const isNext = unit.sourceStart === at;
    at = unit.sourceEnd;
    return isNext && !isConverted(unit.tensor);
  });
}

function* unitsOf(tensor: KeptTensor): Generator<Unit> {
  const { start, sizeBytes } = tensor.source;
  const converted = isConverted(tensor);
  const rowBytes = converted ? sizeBytes / (tensor.shape[0] as number) : 1;
  const keptRowBytes = converted ? tensor.sizeBytes / (tensor.shape[0] as number) : 1;
  const step = Math.max(1, Math.floor(UNIT_BYTES / rowBytes)) * rowBytes;
  for (let at = 0; at < sizeBytes; at += step) {
    const length = Math.min(step, sizeBytes - at);
    const keptBytes = (length / rowBytes) * keptRowBytes;
    yield { tensor, sourceStart: start + at, sourceEnd: start + at + length, keptBytes };
  }
}

/** Records of at least `recordBytes`, and less than that and a unit; the last of a file may be smaller. */
export function planRecords(tensors: readonly KeptTensor[], recordBytes: number): RecordPlan[] {
  const records: RecordPlan[] = [];
  let units: Unit[] = [];
  let start = 0;
  let size = 0;
  const close = (): void => {
    const [first, last] = [units[0], units.at(-1)];
    if (first === undefined || last === undefined) return;
    const { file } = first.tensor.source;
    const range = { sourceStart: first.sourceStart, sourceEnd: last.sourceEnd };
    records.push({ index: records.length, file, start, end: start + size, ...range, units });
    start += size;
    units = [];
    size = 0;
  };
  for (const tensor of tensors) {
    for (const unit of unitsOf(tensor)) {
      if (units[0] !== undefined && units[0].tensor.source.file !== tensor.source.file) close();
      units.push(unit);
      size += unit.keptBytes;
      if (size >= recordBytes) close();
    }
  }
  close();
  return records;
}

export function isQuantizedByUs(tensors: readonly KeptTensor[]): boolean {
  return tensors.some((tensor) => isConverted(tensor) && !isFullPrecision(formatOfType(tensor.type).id));
}
