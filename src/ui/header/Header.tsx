import { useApp } from "../appContext";
import { adapterName } from "../device/adapterName";
import { Icon, type IconName } from "../Icon";
import { IconButton } from "../IconButton";
import { ModelLevel, OpenFiles } from "../model/OpenModel";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { ContextGauge } from "./ContextGauge";
import { ModelStatus } from "./ModelStatus";

/**
 * One line: chats, model, adapter; files and level, context, commands, inspector. What comes and changes by itself stands
 * before the gap, so that nothing to click is moved by it.
 */
export function Header({ isBehind }: { isBehind: boolean }) {
  const { header, chats, inspector } = useStrings();
  const shell = useShell();
  const newChat = useApp((state) => state.newChat);
  return (
    <header className="header" inert={isBehind}>
      <Toggle
        icon="sidebar"
        label={header.chats}
        controls="chats"
        isOpen={shell.isSidebarOpen}
        onChange={shell.setSidebar}
      />
      <h1 className="wordmark">Vitrine</h1>
      <ModelStatus />
      <Adapter />
      <OpenFiles />
      {!shell.isPhone && <ModelLevel />}
      <ContextGauge />
      {!shell.isSidebarOpen && <IconButton icon="compose" label={chats.newChat} onClick={() => void newChat()} />}
      <span className="header-commands">
        <IconButton icon="command" label={header.commands} onClick={() => shell.setDialog("palette")} />
      </span>
      <Toggle
        icon="inspector"
        label={inspector.name}
        controls="inspector"
        isOpen={shell.isInspectorOpen}
        onChange={shell.setInspector}
      />
    </header>
  );
}

interface ToggleProps {
  readonly icon: IconName;
  readonly label: string;
  readonly controls: string;
  readonly isOpen: boolean;
  readonly onChange: (isOpen: boolean) => void;
}

function Toggle({ icon, label, controls, isOpen, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-expanded={isOpen}
      aria-controls={controls}
      onClick={() => onChange(!isOpen)}
    >
      <Icon name={icon} />
    </button>
  );
}

function Adapter() {
  const { header } = useStrings();
  const device = useApp((state) => state.device);
  if (device.status !== "ready") return null;
  const { report } = device;
  return (
    <p className="header-adapter" title={`${header.adapterHint}: ${adapterName(report)}`}>
      <span>{adapterName(report)}</span>
      {report.isSoftware && <span className="tag tag-warning">{header.software}</span>}
    </p>
  );
}
