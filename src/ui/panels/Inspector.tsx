import { Tabs } from "@base-ui/react/tabs";
import { Suspense, useCallback, useEffect, useRef } from "react";
import { useApp } from "../appContext";
import { NoticeBar } from "../chat/NoticeBar";
import { IconButton } from "../IconButton";
import { LoadingStrip } from "../model/LoadingStrip";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { landmark, useModal } from "../useModal";
import { INSPECTOR_TABS, knownTab } from "./inspectorTabs";
import { writeTab } from "./tabAddress";

/** The glass case: one tab for each thing that can be looked at. */
export function Inspector() {
  const { inspector, tabs, close } = useStrings();
  const { isPhone, isNarrow, isInspectorOpen, isSidebarOpen, isSettingsOpen, setInspector } = useShell();
  const tab = useApp((state) => knownTab(state.layout.tab));
  const isUnavailable = useApp((state) => state.device.status === "unavailable" && !state.isRecorded);
  const changeLayout = useApp((state) => state.changeLayout);
  const place = useRef<HTMLDivElement>(null);
  const isModal = isPhone && isInspectorOpen;
  useModal(
    isModal,
    place,
    useCallback(() => setInspector(false), [setInspector]),
  );
  useEffect(() => writeTab(tab), [tab]);

  const isBehind = (isNarrow && isSidebarOpen) || (isPhone && isSettingsOpen);
  return (
    <div
      ref={place}
      id="inspector"
      className="inspector sheet"
      inert={!isInspectorOpen || isBehind}
      {...landmark("complementary", inspector.name, isModal)}
    >
      <Tabs.Root className="tabs" value={tab} onValueChange={(id: string) => changeLayout({ tab: id })}>
        <div className="tabs-head">
          <Tabs.List className="tab-list" aria-label={inspector.name} activateOnFocus>
            {INSPECTOR_TABS.map(({ id, label }) => (
              <Tabs.Tab key={id} value={id} className="tab" data-autofocus={id === tab || undefined}>
                {tabs[label]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <IconButton icon="close" label={`${close}: ${inspector.name}`} onClick={() => setInspector(false)} />
        </div>
        {/* Over the chat it would cover what a load comes to. */}
        {isModal && (
          <>
            <LoadingStrip />
            <NoticeBar />
          </>
        )}
        {INSPECTOR_TABS.map(({ id, Panel }) => (
          <Tabs.Panel key={id} value={id} className="tab-panel" tabIndex={0}>
            {isUnavailable ? (
              <p className="tab-empty">{inspector.noWebGpu}</p>
            ) : (
              <Suspense>
                <Panel />
              </Suspense>
            )}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </div>
  );
}
