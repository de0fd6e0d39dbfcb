/** WGSL text and constants in, compute pipelines out; compiled once per device. */
import { VitrineError } from "../../shared/errors";

export type BindingKind = "uniform" | "read" | "read_write";

/** A kernel as text: files are joined as they are (WGSL allows any order of declarations). */
export interface KernelSource {
  readonly name: string;
  /** WGSL files; every UPPER_SNAKE name they use without declaring comes from the constants. */
  readonly files: readonly string[];
  /** Bindings of group 0 in order, as the WGSL declares them. */
  readonly bindings: readonly BindingKind[];
  /** WGSL extensions, e.g. "subgroups". */
  readonly enables?: readonly string[];
}

/** Integers become u32, `float(x)` becomes f32. */
export type KernelConstants = Readonly<Record<string, number | Float>>;

export interface Float {
  readonly f32: number;
}

/** Marks a kernel constant as f32. */
export function float(value: number): Float {
  return { f32: value };
}

export interface Pipeline {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly BindingKind[];
}

const BUFFER_TYPES: Record<BindingKind, GPUBufferBindingType> = {
  uniform: "uniform",
  read: "read-only-storage",
  read_write: "storage",
};

/** GPUShaderStage.COMPUTE: the number is fixed by the WebGPU specification. */
const STAGE_COMPUTE = 0x4;

/** The whole module text for a source and its constants. */
export function moduleText(source: KernelSource, constants: KernelConstants): string {
  const enables = (source.enables ?? []).map((name) => `enable ${name};`);
  const declarations = Object.entries(constants).map(([name, value]) =>
    typeof value === "number" ? `const ${name}: u32 = ${value}u;` : `const ${name}: f32 = ${floatLiteral(value.f32)};`,
  );
  return [...enables, ...declarations, ...source.files].join("\n");
}

function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new VitrineError("GpuProgramError", `kernel constant ${value} is not finite`);
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

export class PipelineCache {
  private readonly made = new Map<string, Promise<Pipeline>>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  /** @throws GpuProgramError with the compiler's line and the source around it */
  get(source: KernelSource, constants: KernelConstants): Promise<Pipeline> {
    const code = moduleText(source, constants);
    const known = this.made.get(code);
    if (known !== undefined) return known;
    const making = this.compile(source, code);
    this.made.set(code, making);
    return making;
  }

  private layoutOf(bindings: readonly BindingKind[]): GPUBindGroupLayout {
    const key = bindings.join();
    let layout = this.layouts.get(key);
    if (layout === undefined) {
      layout = this.device.createBindGroupLayout({
        label: key,
        entries: bindings.map((kind, binding) => ({
          binding,
          visibility: STAGE_COMPUTE,
          buffer: { type: BUFFER_TYPES[kind] },
        })),
      });
      this.layouts.set(key, layout);
    }
    return layout;
  }

  private async compile(source: KernelSource, code: string): Promise<Pipeline> {
    const layout = this.layoutOf(source.bindings);
    const module = this.device.createShaderModule({ label: source.name, code });
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label: source.name,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      return { name: source.name, pipeline, layout, bindings: source.bindings };
    } catch (cause) {
      const info = await module.getCompilationInfo();
      const lines = code.split("\n");
      const detail = info.messages
        .filter((message) => message.type === "error")
        .map((message) => `line ${message.lineNum}: ${message.message}\n    ${lines[message.lineNum - 1] ?? ""}`)
        .join("\n");
      throw new VitrineError("GpuProgramError", `${source.name} did not compile: ${detail || String(cause)}`, {
        cause,
      });
    }
  }
}
