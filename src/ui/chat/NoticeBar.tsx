import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { ReloadModelButton } from "./ReloadModelButton";

export function NoticeBar() {
  const notice = useApp((state) => state.notice);
  const dismissNotice = useApp((state) => state.dismissNotice);
  if (notice === null) return null;
  return (
    <div className="notice">
      <div role="alert" className="notice-words" data-error={notice.error.name}>
        <strong>{notice.title}.</strong> {notice.error.message}
      </div>
      <div className="notice-actions">
        {notice.error.name === "DeviceLostError" && <ReloadModelButton />}
        <button type="button" className="button button-quiet" onClick={dismissNotice}>
          <Icon name="close" />
          Dismiss
        </button>
      </div>
    </div>
  );
}
