import type { RefObject } from "react";
import { useApp } from "../appContext";
import { adapterName } from "../device/adapterName";
import { Icon } from "../Icon";
import { IconButton } from "../IconButton";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { ContextGauge } from "./ContextGauge";
import { ModelStatus } from "./ModelStatus";

interface HeaderProps {
  readonly isBehind: boolean;
  readonly settingsButton: RefObject<HTMLButtonElement | null>;
  readonly chatsButton: RefObject<HTMLButtonElement | null>;
}

export function Header({ isBehind, settingsButton, chatsButton }: HeaderProps) {
  const { header, chats } = useStrings();
  const shell = useShell();
  const newChat = useApp((state) => state.newChat);
  return (
    <header className="header" inert={isBehind}>
      <button
        ref={chatsButton}
        type="button"
        className="icon-button"
        aria-label={header.chats}
        title={header.chats}
        aria-expanded={shell.isSidebarOpen}
        aria-controls="chats"
        onClick={() => shell.setSidebar(!shell.isSidebarOpen)}
      >
        <Icon name="sidebar" />
      </button>
      <h1 className="wordmark">Vitrine</h1>
      <ModelStatus />
      <Adapter />
      <ContextGauge />
      {!shell.isSidebarOpen && <IconButton icon="compose" label={chats.newChat} onClick={() => void newChat()} />}
      <span className="header-commands">
        <IconButton icon="command" label={header.commands} onClick={() => shell.setDialog("palette")} />
      </span>
      <button
        ref={settingsButton}
        type="button"
        className="button button-quiet"
        aria-label={header.settings}
        aria-expanded={shell.isInspectorOpen}
        aria-controls="inspector"
        onClick={() => shell.setInspector(!shell.isInspectorOpen)}
      >
        <Icon name="settings" />
        <span className="header-settings-text">{header.settings}</span>
      </button>
    </header>
  );
}

function Adapter() {
  const { header } = useStrings();
  const device = useApp((state) => state.device);
  if (device.status !== "ready") return null;
  const { report } = device;
  return (
    <p className="header-adapter" title={header.adapterHint}>
      {adapterName(report)}
      {report.isSoftware && <span className="tag tag-warning">{header.software}</span>}
    </p>
  );
}
