import { useEffect, useRef } from "react";
import type { ImageReport } from "../../shared/protocol";
import { useStrings } from "../strings/useStrings";
import { drawSeen } from "./drawSeen";

/** The picture as the model gets it: resized, cropped, cut into patches. */
export function SeenPicture({ report, sidePx }: { report: ImageReport; sidePx: number }) {
  const { image } = useStrings();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) drawSeen(canvas.current, report, sidePx);
  }, [report, sidePx]);
  return (
    <canvas
      ref={canvas}
      className="seen-picture"
      role="img"
      aria-label={image.seen}
      data-tokens={report.tokens}
      data-width={report.seen.width}
      data-height={report.seen.height}
      style={{ inlineSize: sidePx, blockSize: (sidePx * report.seen.height) / report.seen.width }}
    />
  );
}
