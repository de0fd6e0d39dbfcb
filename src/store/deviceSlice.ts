import type { DeviceReport } from "../shared/protocol";
import type { SliceContext } from "./appState";
import { toErrorInfo } from "./errorInfo";

export type DeviceState =
  | { readonly status: "asking" }
  | { readonly status: "ready"; readonly report: DeviceReport }
  /** No WebGPU: the page explains instead of chatting. */
  | { readonly status: "unavailable"; readonly reason: string }
  | { readonly status: "failed" };

export interface DeviceSlice {
  readonly device: DeviceState;
  readonly describeDevice: () => Promise<void>;
}

export function createDeviceSlice({ runtime, get, set }: SliceContext): DeviceSlice {
  return {
    device: { status: "asking" },
    describeDevice: async () => {
      set({ device: { status: "asking" } });
      try {
        set({ device: { status: "ready", report: await runtime.describeDevice() } });
      } catch (error) {
        const { name, message } = toErrorInfo(error);
        if (name === "WebGpuUnavailableError") {
          set({ device: { status: "unavailable", reason: message } });
        } else {
          set({ device: { status: "failed" } });
          get().report({ kind: "device" }, error);
        }
      }
    },
  };
}
