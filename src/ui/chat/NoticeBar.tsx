import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { ReloadModelButton } from "./ReloadModelButton";

export function NoticeBar() {
  const strings = useStrings();
  const notice = useApp((state) => state.notice);
  const dismissNotice = useApp((state) => state.dismissNotice);
  if (notice === null) return null;
  return (
    <div className="notice">
      <div role="alert" className="notice-words" data-error={notice.error.name}>
        <strong>{strings.failure(notice.failure)}.</strong> <ErrorWords error={notice.error} />
      </div>
      <div className="notice-actions">
        {notice.error.name === "DeviceLostError" && <ReloadModelButton />}
        <button type="button" className="button button-quiet" onClick={dismissNotice}>
          <Icon name="close" />
          {strings.dismiss}
        </button>
      </div>
    </div>
  );
}
