import { lazy, Suspense, useState } from "react";
import { Icon, type IconName } from "../Icon";

const OpenMenu = lazy(() => import("./OpenMenu"));

export interface MenuEntry {
  readonly label: string;
  readonly icon?: IconName;
  readonly isOff?: boolean;
  readonly isDanger?: boolean;
  readonly onClick: () => void;
}

export interface MoreMenuProps {
  readonly label: string;
  readonly hint?: string;
  /** In groups, which a line parts. */
  readonly groups: readonly (readonly MenuEntry[])[];
}

/** "…" and what it opens. The menu itself is fetched when somebody wants one: most visits never do. */
export function MoreMenu(props: MoreMenuProps) {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className="icon-button"
      aria-label={props.label}
      aria-haspopup="menu"
      aria-expanded={false}
      title={props.hint}
      onPointerEnter={() => void import("./OpenMenu")}
      onClick={() => setWanted(true)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        setWanted(true);
      }}
    >
      <Icon name="more" />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <OpenMenu {...props} />
    </Suspense>
  );
}
