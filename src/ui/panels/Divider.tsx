import type { KeyboardEvent, PointerEvent } from "react";
import { CHAT_SHARE, DEFAULT_LAYOUT } from "../../store/layoutSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

const percent = (share: number): number => Math.round(share * 100);

/** The edge of the chat towards the inspector: drag it, move it with the arrows, or double-click for the usual shares. */
export function Divider() {
  const { inspector } = useStrings();
  const share = useApp((state) => state.layout.chatShare);
  const changeLayout = useApp((state) => state.changeLayout);

  const drag = ({ clientX, buttons, pointerId, currentTarget }: PointerEvent<HTMLDivElement>): void => {
    if (buttons !== 1 || !currentTarget.hasPointerCapture(pointerId)) return;
    const chat = currentTarget.closest("main")?.getBoundingClientRect();
    if (chat !== undefined) changeLayout({ chatShare: (clientX - chat.left) / (innerWidth - chat.left) });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: share - CHAT_SHARE.step,
      ArrowRight: share + CHAT_SHARE.step,
      Home: CHAT_SHARE.min,
      End: CHAT_SHARE.max,
      Enter: DEFAULT_LAYOUT.chatShare,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    changeLayout({ chatShare: place });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no <hr>
    <div
      role="separator"
      className="divider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={inspector.divider}
      aria-valuemin={percent(CHAT_SHARE.min)}
      aria-valuemax={percent(CHAT_SHARE.max)}
      aria-valuenow={percent(share)}
      aria-valuetext={inspector.chatShare(percent(share))}
      title={inspector.dividerHint}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => changeLayout({ chatShare: DEFAULT_LAYOUT.chatShare })}
      onKeyDown={onKeyDown}
    />
  );
}
