/** The runtime, or a recording in its place: where there is no WebGPU nothing else can be shown. */
import type { RuntimeApi } from "../shared/protocol";
import type { HostApi } from "./runtimeHost";

/** Once a recording is open, it answers whatever it can; the rest goes on to the host. */
export function withRecordings(host: HostApi): RuntimeApi {
  let recorded: Partial<RuntimeApi> | null = null;
  const openRecording: RuntimeApi["openRecording"] = async (address) => {
    const { RecordedRuntime } = await import("./recordedRuntime");
    const opened = await RecordedRuntime.open(address);
    recorded = opened;
    return opened.opened;
  };
  return new Proxy(host as RuntimeApi, {
    get: (_target, name) => {
      if (name === "openRecording") return openRecording;
      const source = recorded !== null && Reflect.get(recorded, name) !== undefined ? recorded : host;
      const value: unknown = Reflect.get(source, name);
      return typeof value === "function" ? value.bind(source) : value;
    },
  });
}
