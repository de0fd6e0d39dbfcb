import { useApp } from "../appContext";

const BROWSERS = [
  {
    name: "Chrome or Edge",
    pattern: /Chrom(e|ium)\//,
    steps:
      "Version 113 or newer has it on Windows, macOS and ChromeOS, 121 on Android 12. Turn on “Use graphics acceleration when available” under Settings, System. On Linux, enable “Unsafe WebGPU Support” and “Vulkan” at chrome://flags.",
  },
  {
    name: "Safari",
    pattern: /^(?!.*Chrom).*Safari\//,
    steps:
      "Version 26 has it on macOS, iOS and iPadOS. On older systems, turn on “WebGPU” under Settings, Feature Flags; if it is not listed, use Chrome or Edge on a Mac.",
  },
  {
    name: "Firefox",
    pattern: /Firefox\//,
    steps:
      "Version 141 or newer has it on Windows, 145 on Macs with Apple silicon. Elsewhere, set dom.webgpu.enabled to true at about:config, or use Chrome.",
  },
] as const;

/** In place of the chat: what is missing and what to do about it, this browser first. */
export function NoWebGpu() {
  const reason = useApp((state) => (state.device.status === "unavailable" ? state.device.reason : ""));
  const isNewest = useApp((state) => state.notice === null);
  const describeDevice = useApp((state) => state.describeDevice);
  const isHere = ({ pattern }: (typeof BROWSERS)[number]): boolean => pattern.test(navigator.userAgent);
  const browsers = [...BROWSERS].sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  return (
    <div className="no-webgpu" role={isNewest ? "alert" : undefined}>
      <h2 className="empty-title">This browser gives the page no graphics processor.</h2>
      <p className="empty-text">
        The model computes through WebGPU, which is missing here, so there is nothing to chat with yet.
      </p>
      {!isSecureContext && (
        <p className="note note-warning">
          This page came over plain http from another machine. Browsers offer WebGPU on https and on localhost only:
          open it through one of these.
        </p>
      )}
      <dl className="browsers">
        {browsers.map((browser) => (
          <div key={browser.name}>
            <dt>
              {browser.name}
              {isHere(browser) && <span className="tag">this browser</span>}
            </dt>
            <dd>{browser.steps}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={() => void describeDevice()}>
        Try again
      </button>
      <p className="hint">The browser's answer: {reason}</p>
    </div>
  );
}
