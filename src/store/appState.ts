/** What every slice may see of the others, and what they are built from. */
import type { RuntimeApi } from "../shared/protocol";
import type { AblationSlice } from "./ablationSlice";
import type { AttentionDisplaySlice } from "./attentionDisplaySlice";
import type { AttentionSlice } from "./attentionSlice";
import type { ChatSlice } from "./chatSlice";
import type { CompareSlice } from "./compareSlice";
import type { ConversationSlice } from "./conversationSlice";
import type { DeviceSlice } from "./deviceSlice";
import type { DraftSlice } from "./draftSlice";
import type { ExperimentSlice } from "./experimentSlice";
import type { RequestFrame } from "./frameBatcher";
import type { ImageSlice } from "./imageSlice";
import type { LanesSlice } from "./lanesSlice";
import type { LayoutSlice } from "./layoutSlice";
import type { LibrarySlice } from "./librarySlice";
import type { MeasurementSlice } from "./measurementSlice";
import type { ModelSlice } from "./modelSlice";
import type { NextTokenSlice } from "./nextTokenSlice";
import type { NoticeSlice } from "./noticeSlice";
import type { PreferencesSlice } from "./preferencesSlice";
import type { RecordedSlice } from "./recordedSlice";
import type { SamplingSlice } from "./samplingSlice";
import type { SavingSlice } from "./savingSlice";
import type { SelectionSlice } from "./selectionSlice";
import type { SessionSlice } from "./sessionSlice";

export type AppState = DeviceSlice &
  ModelSlice &
  SessionSlice &
  SamplingSlice &
  SavingSlice &
  ConversationSlice &
  ChatSlice &
  DraftSlice &
  ImageSlice &
  PreferencesSlice &
  SelectionSlice &
  LayoutSlice &
  NextTokenSlice &
  LibrarySlice &
  AttentionSlice &
  AttentionDisplaySlice &
  AblationSlice &
  CompareSlice &
  LanesSlice &
  MeasurementSlice &
  ExperimentSlice &
  RecordedSlice &
  NoticeSlice;

export interface SliceContext {
  readonly runtime: RuntimeApi;
  readonly get: () => AppState;
  readonly set: (partial: Partial<AppState>) => void;
  readonly requestFrame: RequestFrame;
  /** An unsigned 32-bit number for answers whose seed was left empty. */
  readonly drawSeed: () => number;
  /** For durations. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Asks the browser never to delete what this site keeps; false when it refuses. */
  readonly persistStorage: () => Promise<boolean>;
  /** Never the same twice, in whatever tab. */
  readonly newId: () => string;
}
