import { useEffect, useRef } from "react";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { drawingFile, type Mark, paintDrawing, SAMPLE_NAMES, SAMPLES, type Sample } from "./drawing";

const SIDE_PX = 72;

/** Pictures to begin with, made on the spot: one click attaches one and writes a question. */
export default function StartWithPicture() {
  const { image } = useStrings();
  const attachPictures = useApp((state) => state.attachPictures);
  const setDraft = useApp((state) => state.setDraft);
  const begin = async (sample: Sample): Promise<void> => {
    await attachPictures([await drawingFile(SAMPLES[sample], image.sampleNames[sample])]);
    // Only now: a question that is sent at once must not leave without its picture.
    setDraft(image.question);
    document.getElementById("message")?.focus();
  };
  return (
    <div className="start-pictures">
      {SAMPLE_NAMES.map((sample) => (
        <button
          key={sample}
          type="button"
          className="start-picture"
          aria-label={image.sampleNames[sample]}
          title={image.sampleNames[sample]}
          onClick={() => void begin(sample)}
        >
          <SamplePicture marks={SAMPLES[sample]} />
        </button>
      ))}
    </div>
  );
}

function SamplePicture({ marks }: { marks: readonly Mark[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) paintDrawing(canvas.current, marks);
  }, [marks]);
  const side = SIDE_PX * devicePixelRatio;
  return <canvas ref={canvas} width={side} height={side} />;
}
