import { Menu } from "@base-ui/react/menu";
import { Fragment, useEffect, useRef } from "react";
import { sidebar } from "../chats/sidebarElement";
import { Icon } from "../Icon";
import type { MoreMenuProps } from "./MoreMenu";

/** Opens itself as a press of its button would, the first entry focused: it is there because somebody asked for it. */
export default function OpenMenu({ label, hint, groups }: MoreMenuProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const isOpened = useRef(false);
  useEffect(() => {
    if (isOpened.current) return;
    isOpened.current = true;
    trigger.current?.focus();
    trigger.current?.click();
  }, []);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger ref={trigger} className="icon-button" aria-label={label} title={hint}>
        <Icon name="more" />
      </Menu.Trigger>
      <Menu.Portal container={sidebar()}>
        <Menu.Positioner className="menu-place" sideOffset={4} align="end">
          <Menu.Popup className="menu">
            {groups.map((entries, group) => (
              <Fragment key={entries[0]?.label}>
                {group > 0 && <Menu.Separator className="menu-separator" />}
                {entries.map((entry) => (
                  <Menu.Item
                    key={entry.label}
                    className={entry.isDanger === true ? "menu-item menu-item-danger" : "menu-item"}
                    disabled={entry.isOff}
                    onClick={entry.onClick}
                  >
                    {entry.icon !== undefined && <Icon name={entry.icon} />}
                    {entry.label}
                  </Menu.Item>
                ))}
              </Fragment>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
