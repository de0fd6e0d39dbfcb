import { useEffect, useRef } from "react";
import { DevicePanel } from "../device/DevicePanel";
import { Icon } from "../Icon";
import { ModelPanel } from "../model/ModelPanel";
import { PromptPanel } from "../prompt/PromptPanel";
import { SamplingPanel } from "../sampling/SamplingPanel";
import { StatisticsPanel } from "../statistics/StatisticsPanel";
import { useStrings } from "../strings/useStrings";
import { LanguagePanel } from "./LanguagePanel";

interface InspectorProps {
  readonly isSheet: boolean;
  readonly isOpen: boolean;
  /** Something else covers the page. */
  readonly isBehind: boolean;
  readonly onClose: () => void;
}

export function Inspector({ isSheet, isOpen, isBehind, onClose }: InspectorProps) {
  const { inspector, header, close } = useStrings();
  const closeButton = useRef<HTMLButtonElement>(null);
  const isModal = isSheet && isOpen;

  // As a sheet it covers the page and keeps the focus; as a column it is one more landmark.
  const role = isModal ? { role: "dialog", "aria-modal": true } : { role: "complementary" };
  const landmark = { ...role, "aria-label": inspector.name };

  useEffect(() => {
    if (!isModal) return;
    closeButton.current?.focus();
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      onClose();
    };
    // Ahead of the page's own shortcuts, for which Escape means something else.
    addEventListener("keydown", closeOnEscape, true);
    return () => removeEventListener("keydown", closeOnEscape, true);
  }, [isModal, onClose]);

  return (
    <div id="inspector" className="inspector" inert={!isOpen || isBehind} {...landmark}>
      <div className="sheet-head">
        <span>{header.settings}</span>
        <button ref={closeButton} type="button" className="button button-quiet" onClick={onClose}>
          <Icon name="close" />
          {close}
        </button>
      </div>
      <div className="inspector-panels">
        <ModelPanel />
        <SamplingPanel />
        <PromptPanel />
        <StatisticsPanel />
        <DevicePanel />
        <LanguagePanel />
      </div>
    </div>
  );
}
