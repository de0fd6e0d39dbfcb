/**
 * The tabs of the inspector, in the order they are shown. A panel is a component of a folder of its own under src/ui,
 * without props, lazy where nothing is missed before it has come; its words are a section of the string tables. Only
 * what works is listed.
 */
import { type ComponentType, lazy } from "react";
import { AttentionTab } from "../attention/AttentionTab";
import type { Strings } from "../strings/en";

export interface InspectorTab {
  /** In the address bar and in the preferences. */
  readonly id: string;
  readonly label: keyof Strings["tabs"];
  readonly Panel: ComponentType;
}

export const INSPECTOR_TABS: readonly InspectorTab[] = [
  { id: "attention", label: "attention", Panel: AttentionTab },
  { id: "next-token", label: "nextToken", Panel: lazy(() => import("../nextToken/NextTokenPanel")) },
  { id: "kv-cache", label: "kvCache", Panel: lazy(() => import("../kvCache/KvCachePanel")) },
  { id: "compare", label: "compare", Panel: lazy(() => import("../compare/ComparePanel")) },
  { id: "models", label: "models", Panel: lazy(() => import("../models/ModelsPanel")) },
];

/** Open on the first visit: what no other program shows of a chat. */
const FIRST_TAB = "attention";

/** The tab of that id, or the one to begin with. */
export function knownTab(id: string | null): string {
  return INSPECTOR_TABS.find((tab) => tab.id === id)?.id ?? FIRST_TAB;
}
