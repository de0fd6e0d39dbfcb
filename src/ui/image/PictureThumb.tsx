import { useEffect, useRef } from "react";
import type { Picture } from "../../store/picture";
import { useStrings } from "../strings/useStrings";

const SIDE_PX = 56;

/** The picture itself, small. On a canvas: an address for an image element would hold all its bytes once more. */
export function PictureThumb({ picture }: { picture: Picture }) {
  const { image } = useStrings();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { blob } = picture;
  useEffect(() => {
    let isGone = false;
    const draw = async (): Promise<void> => {
      const bitmap = await createImageBitmap(blob);
      const element = canvas.current;
      if (!isGone && element !== null) {
        const side = SIDE_PX * devicePixelRatio;
        const scale = Math.min(side / bitmap.width, side / bitmap.height);
        element.width = Math.max(1, Math.round(bitmap.width * scale));
        element.height = Math.max(1, Math.round(bitmap.height * scale));
        element.getContext("2d")?.drawImage(bitmap, 0, 0, element.width, element.height);
      }
      bitmap.close();
    };
    // What cannot be decoded stays an empty frame; the model's refusal is said where it is told.
    draw().catch(() => {});
    return () => {
      isGone = true;
    };
  }, [blob]);
  return <canvas ref={canvas} className="picture-thumb" role="img" aria-label={image.named(picture.name)} />;
}
