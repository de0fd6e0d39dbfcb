import { useEffect, useRef, useState } from "react";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { Dialog } from "../palette/Dialog";
import { useShell } from "../shell";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

interface Camera {
  /** Null: the browser asks. */
  readonly stream: MediaStream | null;
  /** Pictures come. */
  readonly isRunning: boolean;
  readonly error: unknown;
}

const ASKING: Camera = { stream: null, isRunning: false, error: null };

/** A still of the camera. It is on only while this is open. */
export default function CameraDialog() {
  const { image, close } = useStrings();
  const { setDialog } = useShell();
  const attachPictures = useApp((state) => state.attachPictures);
  const video = useRef<HTMLVideoElement>(null);
  const [{ stream, isRunning, error }, setCamera] = useState(ASKING);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt starts the camera again
  useEffect(() => {
    let isGone = false;
    const starting = startCamera();
    setCamera(ASKING);
    starting.then(
      (started) => !isGone && setCamera({ ...ASKING, stream: started }),
      (reason: unknown) => !isGone && setCamera({ ...ASKING, error: reason ?? "" }),
    );
    return () => {
      isGone = true;
      void starting.then(stopCamera, () => {});
    };
  }, [attempt]);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);

  const take = async (): Promise<void> => {
    const blob = video.current === null ? null : await still(video.current);
    setDialog(null);
    if (blob !== null) await attachPictures([new File([blob], `${image.camera}.png`, { type: "image/png" })]);
  };
  const isFailed = error !== null;
  return (
    <Dialog name={image.camera} className="dialog">
      <div className="dialog-head">
        <h2>{image.camera}</h2>
        <IconButton icon="close" label={close} onClick={() => setDialog(null)} />
      </div>
      <div className="camera">
        {isFailed ? (
          <p role="alert">{describeFailure(error, image.cameraFailure)}</p>
        ) : (
          <video
            ref={video}
            autoPlay
            muted
            playsInline
            aria-label={image.camera}
            onPlaying={() => setCamera({ stream, isRunning: true, error: null })}
          />
        )}
        {stream === null && !isFailed && <p className="hint">{image.starting}</p>}
      </div>
      <div className="dialog-foot">
        {isFailed ? (
          <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
            {image.tryAgain}
          </button>
        ) : (
          <button type="button" className="button button-primary" disabled={!isRunning} onClick={() => void take()}>
            {image.take}
          </button>
        )}
      </div>
    </Dialog>
  );
}

const INSECURE = "InsecureError";

async function startCamera(): Promise<MediaStream> {
  // Missing on pages that came over plain http.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new DOMException("navigator.mediaDevices is missing", INSECURE);
  return devices.getUserMedia({ audio: false, video: { facingMode: "environment" } });
}

function stopCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function still(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** By the names that getUserMedia gives its errors. */
function describeFailure(error: unknown, words: Strings["image"]["cameraFailure"]): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === INSECURE) return words.insecure;
  if (name === "NotAllowedError" || name === "SecurityError") return words.denied;
  if (name === "NotFoundError" || name === "OverconstrainedError") return words.missing;
  if (name === "NotReadableError" || name === "AbortError") return words.busy;
  return words.other(message);
}
