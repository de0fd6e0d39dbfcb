/** What every slice may see of the others, and what they are built from. */
import type { RuntimeApi } from "../shared/protocol";
import type { ChatSlice } from "./chatSlice";
import type { DeviceSlice } from "./deviceSlice";
import type { RequestFrame } from "./frameBatcher";
import type { ModelSlice } from "./modelSlice";
import type { NoticeSlice } from "./noticeSlice";
import type { SamplingSlice } from "./samplingSlice";
import type { SessionSlice } from "./sessionSlice";

export type AppState = DeviceSlice & ModelSlice & SessionSlice & SamplingSlice & ChatSlice & NoticeSlice;

export interface SliceContext {
  readonly runtime: RuntimeApi;
  readonly get: () => AppState;
  readonly set: (partial: Partial<AppState>) => void;
  readonly requestFrame: RequestFrame;
  /** An unsigned 32-bit number for answers whose seed was left empty. */
  readonly drawSeed: () => number;
  readonly now: () => number;
}
