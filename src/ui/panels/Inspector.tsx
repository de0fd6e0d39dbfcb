import { useEffect, useRef } from "react";
import { DevicePanel } from "../device/DevicePanel";
import { Icon } from "../Icon";
import { ModelPanel } from "../model/ModelPanel";
import { SamplingPanel } from "../sampling/SamplingPanel";
import { StatisticsPanel } from "../statistics/StatisticsPanel";

interface InspectorProps {
  readonly isSheet: boolean;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function Inspector({ isSheet, isOpen, onClose }: InspectorProps) {
  const closeButton = useRef<HTMLButtonElement>(null);
  const isModal = isSheet && isOpen;

  // As a sheet it covers the page and keeps the focus; as a column it is one more landmark.
  const role = isModal ? { role: "dialog", "aria-modal": true } : { role: "complementary" };
  const landmark = { ...role, "aria-label": "Inspector" };

  useEffect(() => {
    if (!isModal) return;
    closeButton.current?.focus();
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") onClose();
    };
    addEventListener("keydown", closeOnEscape);
    return () => removeEventListener("keydown", closeOnEscape);
  }, [isModal, onClose]);

  return (
    <div id="inspector" className="inspector" inert={!isOpen} {...landmark}>
      <div className="sheet-head">
        <span>Settings</span>
        <button ref={closeButton} type="button" className="button button-quiet" onClick={onClose}>
          <Icon name="close" />
          Close
        </button>
      </div>
      <div className="inspector-panels">
        <ModelPanel />
        <SamplingPanel />
        <StatisticsPanel />
        <DevicePanel />
      </div>
    </div>
  );
}
