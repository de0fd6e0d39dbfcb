/** Features of Chromium that the browser tests do without, for `--disable-features`. */

/** Playwright's own choice: a second list on the command line replaces the first. */
export const PLAYWRIGHT_DISABLES = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "TcpPortRandomizationWin",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "msForceBrowserSignIn",
  "msEdgeUpdateLaunchServicesPreferredVersion",
];

/**
 * What Chromium starts with each window though no test looks at it: pages behind the address bar, and a process for a
 * page that may be opened next. They take two of the three processes that a test starts.
 */
const STARTED_FOR_NOTHING = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  "SpareRendererForSitePerProcess",
];

export const DISABLED_FEATURES = [...PLAYWRIGHT_DISABLES, ...STARTED_FOR_NOTHING];
