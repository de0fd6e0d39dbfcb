import { useEffect, useState } from "react";
import { formatTokens } from "../../shared/units";
import { canSee } from "../../store/imageSlice";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { useStrings } from "../strings/useStrings";
import { describeImage } from "./describeImage";
import { PictureThumb } from "./PictureThumb";
import { SeenPicture } from "./SeenPicture";

const SMALL_PX = 56;
const LARGE_PX = 288;

/** A picture, and beside it what the open model makes of it. */
export function PictureTile({ id, onRemove }: { id: string; onRemove?: () => void }) {
  const { image } = useStrings();
  const picture = useApp((state) => state.pictures.get(id));
  const report = useApp(({ seen, model }) => (seen.model === model?.report.handle ? seen.reports.get(id) : undefined));
  const model = useApp((state) => (canSee(state.model?.report) ? state.model?.report.handle : undefined));
  const isIdle = useApp((state) => state.streaming === null);
  const seePicture = useApp((state) => state.seePicture);
  const [isEnlarged, setEnlarged] = useState(false);
  const isLarge = isEnlarged && report !== undefined;
  /** The model is still at it; what comes of it finds its place kept. */
  const isLooking = report === undefined && model !== undefined && picture !== undefined;

  // Pictures of earlier visits, and after another model was opened.
  useEffect(() => {
    if (model !== undefined && report === undefined && picture !== undefined && isIdle) seePicture(id).catch(() => {});
  }, [model, report, picture, isIdle, id, seePicture]);

  const name = picture?.name ?? "";
  return (
    <li className="picture" data-size={isLarge ? "large" : "small"}>
      {picture === undefined ? <p className="hint">{image.gone}</p> : !isLarge && <PictureThumb picture={picture} />}
      {isLooking && <span className="seen-place" />}
      {report !== undefined && <SeenPicture report={report} sidePx={isLarge ? LARGE_PX : SMALL_PX} />}
      <div className="picture-words">
        {picture !== undefined && <span className="picture-name">{name === "" ? image.untitled : name}</span>}
        {report === undefined ? (
          isLooking && <span className="hint">{image.looking}</span>
        ) : isLarge ? (
          <dl className="picture-facts">
            {describeImage(report, image).map(([term, value]) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <span className="hint number">{formatTokens(report.tokens)}</span>
        )}
      </div>
      <div className="picture-actions">
        {isLooking && <span className="icon-button" />}
        {report !== undefined && (
          <IconButton
            icon={isLarge ? "smaller" : "larger"}
            label={isLarge ? image.smaller : image.larger}
            onClick={() => setEnlarged(!isLarge)}
          />
        )}
        {onRemove !== undefined && <IconButton icon="close" label={image.remove(name)} onClick={onRemove} />}
      </div>
    </li>
  );
}
