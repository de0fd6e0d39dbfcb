/** A WebGPU device in Node, on Dawn, for tests and command-line tools. */
import { create, globals } from "webgpu";
import { type Gpu, type GpuOptions, openGpu } from "../gpu/device";
import { pollPatiently } from "./patientPolling";

/** Software Vulkan drivers by name; their ICD files come from the environment that `npm test` sets up. */
export const SOFTWARE_DRIVERS = {
  swiftshader: ["VITRINE_ICD_SWIFTSHADER", "/usr/lib/chromium/vk_swiftshader_icd.json"],
  lavapipe: ["VITRINE_ICD_LAVAPIPE", "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"],
} as const;
export type SoftwareDriver = keyof typeof SOFTWARE_DRIVERS;

/** Dawn aborts the process when what `create` returns is collected while a device lives. */
const kept = globalThis as typeof globalThis & { vitrineDawn?: GPU[] };

/**
 * @param driver a software driver, "null" (compiles every shader, computes nothing), or "native" for the machine's own
 * The Vulkan loader reads its environment once per process, so a process keeps to one driver.
 */
export async function openNodeGpu(driver: SoftwareDriver | "null" | "native", options: GpuOptions = {}): Promise<Gpu> {
  Object.assign(globalThis, globals);
  if (driver !== "null" && driver !== "native") {
    const [variable, fallback] = SOFTWARE_DRIVERS[driver];
    process.env.VK_ICD_FILENAMES = process.env[variable] ?? fallback;
    pollPatiently();
  }
  const gpu = create(driver === "null" ? ["backend=null"] : []);
  kept.vitrineDawn = [...(kept.vitrineDawn ?? []), gpu];
  return openGpu(gpu, options);
}
