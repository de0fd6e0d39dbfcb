import { useCallback } from "react";
import { VitrineError } from "../../shared/errors";
import { canSee } from "../../store/imageSlice";
import { looksLikePicture } from "../../store/picture";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** Files that came from outside: pictures go to the message, everything else is a model. */
export function useTakeFiles() {
  const { image } = useStrings();
  const store = useAppStore();
  const attachPictures = useApp((state) => state.attachPictures);
  const openFiles = useApp((state) => state.openFiles);
  const takePictures = useCallback(
    async (files: readonly File[]): Promise<void> => {
      const { model, report } = store.getState();
      if (canSee(model?.report)) await attachPictures(files);
      else {
        const reason = model === null ? image.noModel : image.cannotSee(model.report.name);
        report({ kind: "picture", name: files[0]?.name ?? "" }, new VitrineError("InvalidSettingError", reason));
      }
    },
    [store, attachPictures, image],
  );
  const takeFiles = useCallback(
    async (files: readonly File[]): Promise<void> => {
      const arePictures = files.length > 0 && files.every(looksLikePicture);
      await (arePictures ? takePictures(files) : openFiles(files));
    },
    [takePictures, openFiles],
  );
  return { takeFiles, takePictures };
}
