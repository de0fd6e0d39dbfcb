import { canSee } from "../../store/imageSlice";
import { PICTURE_TYPES } from "../../store/picture";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { IconButton } from "../IconButton";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";

const ADD_IMAGE_INPUT = "add-image";

/** The ways to give the open model a picture; models that do not see get none. */
export function ImageTools() {
  const { image } = useStrings();
  const { setDialog } = useShell();
  const sees = useApp((state) => canSee(state.model?.report));
  const attachPictures = useApp((state) => state.attachPictures);
  if (!sees) return null;
  return (
    <>
      <input
        id={ADD_IMAGE_INPUT}
        type="file"
        multiple
        accept={PICTURE_TYPES.join(",")}
        className="visually-hidden"
        aria-label={image.add}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          // The same file can be chosen again.
          target.value = "";
          void attachPictures(files);
        }}
      />
      <label htmlFor={ADD_IMAGE_INPUT} className="icon-button" title={`${image.add}. ${image.addHint}`}>
        <Icon name="image" />
      </label>
      <IconButton icon="draw" label={image.draw} hint={image.drawHint} onClick={() => setDialog("draw")} />
      <IconButton icon="camera" label={image.camera} hint={image.cameraHint} onClick={() => setDialog("camera")} />
    </>
  );
}
