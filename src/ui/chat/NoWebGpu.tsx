import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

const BROWSERS = [
  { name: null, id: "chrome", pattern: /Chrom(e|ium)\// },
  { name: "Safari", id: "safari", pattern: /^(?!.*Chrom).*Safari\// },
  { name: "Firefox", id: "firefox", pattern: /Firefox\// },
] as const;

/** In place of the chat: what is missing and what to do about it, this browser first. */
export function NoWebGpu() {
  const { noWebGpu } = useStrings();
  const reason = useApp((state) => (state.device.status === "unavailable" ? state.device.reason : ""));
  const isNewest = useApp((state) => state.notice === null);
  const openRecorded = useApp((state) => state.openRecorded);
  const describeDevice = useApp((state) => state.describeDevice);
  const isHere = ({ pattern }: (typeof BROWSERS)[number]): boolean => pattern.test(navigator.userAgent);
  const browsers = [...BROWSERS].sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  return (
    <div className="no-webgpu" role={isNewest ? "alert" : undefined}>
      <h2 className="empty-title">{noWebGpu.title}</h2>
      <p className="empty-text">{noWebGpu.text}</p>
      {!isSecureContext && <p className="note note-warning">{noWebGpu.insecure}</p>}
      <p className="empty-text">{noWebGpu.recorded}</p>
      <button type="button" className="button button-primary" onClick={() => void openRecorded(document.baseURI)}>
        {noWebGpu.openRecorded}
      </button>
      <dl className="browsers">
        {browsers.map((browser) => (
          <div key={browser.id}>
            <dt>
              {browser.name ?? noWebGpu.or}
              {isHere(browser) && <span className="tag">{noWebGpu.thisBrowser}</span>}
            </dt>
            <dd>{noWebGpu[browser.id]}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={() => void describeDevice()}>
        {noWebGpu.tryAgain}
      </button>
      <p className="hint">
        {noWebGpu.answer} <span lang="en">{reason}</span>
      </p>
    </div>
  );
}
