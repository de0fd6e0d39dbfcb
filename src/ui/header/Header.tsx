import type { RefObject } from "react";
import { useApp } from "../appContext";
import { adapterName } from "../device/adapterName";
import { Icon } from "../Icon";
import { ContextGauge } from "./ContextGauge";
import { ModelStatus } from "./ModelStatus";

interface HeaderProps {
  readonly isBehindSheet: boolean;
  readonly isInspectorOpen: boolean;
  readonly onToggleInspector: () => void;
  readonly settingsButton: RefObject<HTMLButtonElement | null>;
}

export function Header({ isBehindSheet, isInspectorOpen, onToggleInspector, settingsButton }: HeaderProps) {
  return (
    <header className="header" inert={isBehindSheet}>
      <h1 className="wordmark">Vitrine</h1>
      <ModelStatus />
      <Adapter />
      <ContextGauge />
      <button
        ref={settingsButton}
        type="button"
        className="button button-quiet"
        aria-label="Settings"
        aria-expanded={isInspectorOpen}
        aria-controls="inspector"
        onClick={onToggleInspector}
      >
        <Icon name="settings" />
        <span className="header-settings-text">Settings</span>
      </button>
    </header>
  );
}

function Adapter() {
  const device = useApp((state) => state.device);
  if (device.status !== "ready") return null;
  const { report } = device;
  return (
    <p className="header-adapter" title="The adapter that computes">
      {adapterName(report)}
      {report.isSoftware && <span className="tag tag-warning">software</span>}
    </p>
  );
}
