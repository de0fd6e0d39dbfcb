import { type ReactNode, useState } from "react";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { Dialog } from "../palette/Dialog";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { focusSoon } from "../turn/focusSoon";
import { DrawCanvas, type DrawTool } from "./DrawCanvas";
import { drawingFile, type Mark, SAMPLE_NAMES, SAMPLES } from "./drawing";
import { ShapeSign } from "./ShapeSign";
import { COLOUR_NAMES, SHAPE_NAMES, SIZE_NAMES } from "./world";

/** A small canvas: what is drawn goes to the message as a picture. */
export default function DrawDialog() {
  const { image, close } = useStrings();
  const { setDialog } = useShell();
  const attachPictures = useApp((state) => state.attachPictures);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  const [tool, setTool] = useState<DrawTool>({ kind: "circle", colour: "red", size: "large" });

  const use = async (): Promise<void> => {
    setDialog(null);
    const file = await drawingFile(marks, image.fileName);
    // The question comes next; the button that opened this would open it again on Enter.
    focusSoon(() => document.getElementById("message"));
    await attachPictures([file]);
  };
  const choice = <K extends keyof DrawTool>(key: K, value: DrawTool[K]) => ({
    group: key,
    isChosen: tool[key] === value,
    onChoose: () => setTool({ ...tool, [key]: value }),
  });
  return (
    <Dialog name={image.draw} className="dialog dialog-wide" isKeptOnClickOutside={marks.length > 0}>
      <div className="dialog-head">
        <h2>{image.draw}</h2>
        <IconButton icon="close" label={close} onClick={() => setDialog(null)} />
      </div>
      <div className="draw">
        <DrawCanvas marks={marks} tool={tool} onMark={(mark) => setMarks([...marks, mark])} />
        <div className="draw-tools">
          <Choices name={image.tool}>
            {(["brush", ...SHAPE_NAMES] as const).map((kind) => (
              <Choice key={kind} {...choice("kind", kind)} name={kind === "brush" ? image.brush : image.shapes[kind]}>
                <ShapeSign kind={kind} />
              </Choice>
            ))}
          </Choices>
          <Choices name={image.colour}>
            {COLOUR_NAMES.map((colour) => (
              <Choice key={colour} {...choice("colour", colour)} name={image.colours[colour]}>
                <span className="swatch" data-colour={colour} />
              </Choice>
            ))}
          </Choices>
          <Choices name={image.dotSize}>
            {SIZE_NAMES.map((size) => (
              <Choice key={size} {...choice("size", size)} name={image.sizes[size]}>
                <span className="choice-text">{image.sizes[size]}</span>
              </Choice>
            ))}
          </Choices>
          <fieldset className="draw-choices">
            <legend>{image.samples}</legend>
            <div className="draw-samples">
              {SAMPLE_NAMES.map((sample) => (
                <button key={sample} type="button" className="draw-sample" onClick={() => setMarks(SAMPLES[sample])}>
                  {image.sampleNames[sample]}
                </button>
              ))}
            </div>
          </fieldset>
        </div>
      </div>
      <div className="dialog-foot">
        <button
          type="button"
          className="button button-quiet"
          disabled={marks.length === 0}
          onClick={() => setMarks(marks.slice(0, -1))}
        >
          {image.undo}
        </button>
        <button
          type="button"
          className="button button-quiet"
          disabled={marks.length === 0}
          onClick={() => setMarks([])}
        >
          {image.clear}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={marks.length === 0}
          onClick={() => void use()}
        >
          {image.use}
        </button>
      </div>
    </Dialog>
  );
}

function Choices({ name, children }: { name: string; children: ReactNode }) {
  return (
    <fieldset className="draw-choices">
      <legend>{name}</legend>
      <div>{children}</div>
    </fieldset>
  );
}

interface ChoiceProps {
  readonly group: string;
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

function Choice({ group, name, isChosen, onChoose, children }: ChoiceProps) {
  return (
    <span className="choice" title={name}>
      <input type="radio" name={`draw-${group}`} aria-label={name} checked={isChosen} onChange={onChoose} />
      {children}
    </span>
  );
}
