import type { FrameControl } from "./find-browser.ts";

export interface LaunchFlags {
  readonly frameControl: FrameControl;
  readonly sandbox: boolean;
  readonly userDataDir: string;
  /** Where every request of the page goes, loopback included. */
  readonly proxyPort: number;
  /** SHA-256 of the public key by which the proxy answers https itself, in base64. */
  readonly trustedKey?: string | undefined;
  /** Of the page, in CSS pixels: its window and its screen are as large. */
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
}

const ALWAYS = [
  "--remote-debugging-pipe",
  "--headless",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-extensions",
  "--disable-sync",
  "--disable-breakpad",
  "--disable-crash-reporter",
  "--no-pings",
  "--metrics-recording-only",
  "--password-store=basic",
  "--use-mock-keychain",
  "--mute-audio",
  "--hide-scrollbars",
  "--disable-dev-shm-usage",
  // A page that is never on a screen must not be slowed down as if it were hidden.
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  // Raster in software: the same pixels on any host, and faster than a software GPU.
  "--disable-gpu",
  // WebGL still works, in software.
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--force-color-profile=srgb",
  "--font-render-hinting=none",
  "--disable-lcd-text",
  "--disable-image-animation-resync",
  "--disable-checker-imaging",
  "--disable-threaded-animation",
  "--disable-partial-raster",
  "--lang=en-US",
  // Pages may draw HTML into a canvas, where the browser knows how.
  "--enable-features=CanvasDrawElement",
  // Nothing leaves the page other than through the proxy.
  "--disable-quic",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,PaintHolding,WebTransport",
];

/** https://chromium.googlesource.com/chromium/src/+/main/headless/README.md */
const FRAME_CONTROL = [
  "--enable-begin-frame-control",
  "--run-all-compositor-stages-before-draw",
  "--disable-new-content-rendering-timeout",
  "--enable-surface-synchronization",
  "--deterministic-mode",
];

/** Tells a browser's folder, which no other browser has. */
export function profileFlag(userDataDir: string): string {
  return `--user-data-dir=${userDataDir}`;
}

/** A screen's size is given in its own pixels. */
function screenSize({ width, height, deviceScaleFactor }: LaunchFlags): string {
  return `${Math.round(width * deviceScaleFactor)}x${Math.round(height * deviceScaleFactor)}`;
}

export function browserFlags(flags: LaunchFlags): string[] {
  return [
    ...ALWAYS,
    ...(flags.frameControl === "begin-frame" ? FRAME_CONTROL : []),
    ...(flags.sandbox ? [] : ["--no-sandbox"]),
    profileFlag(flags.userDataDir),
    `--proxy-server=http://127.0.0.1:${flags.proxyPort}`,
    "--proxy-bypass-list=<-loopback>",
    ...(flags.trustedKey === undefined ? [] : [`--ignore-certificate-errors-spki-list=${flags.trustedKey}`]),
    `--force-device-scale-factor=${flags.deviceScaleFactor}`,
    `--screen-info={${screenSize(flags)}}`,
    "about:blank",
  ];
}
