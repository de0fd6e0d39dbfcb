import { lazy, Suspense } from "react";
import { attachedTo, canSee, hasUnseenPictures } from "../../store/imageSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

const Pictures = lazy(() => import("./Pictures"));

/** Those of the message being written, and what becomes of the chat's pictures when the model does not see. */
export function AttachedPictures() {
  const { image } = useStrings();
  const ids = useApp(attachedTo);
  const detachPicture = useApp((state) => state.detachPicture);
  return (
    ids.length > 0 && (
      <Suspense fallback={<div className="pictures" />}>
        <Pictures name={image.attached} ids={ids} onRemove={detachPicture} />
      </Suspense>
    )
  );
}

export function UnseenNote() {
  const { image } = useStrings();
  const isAsked = useApp(hasUnseenPictures);
  const isLeftOut = useApp(
    ({ model, leftOut, chat, turns }) =>
      model !== null && !canSee(model.report) && leftOut.has(chat.id) && turns.some(({ images }) => images.length > 0),
  );
  const model = useApp((state) => state.model?.report.name ?? "");
  const chatId = useApp((state) => state.chat.id);
  const leavePicturesOut = useApp((state) => state.leavePicturesOut);
  if (isLeftOut) return <p className="composer-note">{image.leftOut(model)}</p>;
  if (!isAsked) return null;
  return (
    <div className="composer-note unseen-note" role="status">
      <p>{image.unseen(model)}</p>
      <button type="button" className="button" onClick={() => leavePicturesOut(chatId)}>
        {image.leaveOut}
      </button>
    </div>
  );
}
