import type { PageFinding } from "../../page-findings.ts";
import { replaceMethod } from "../replace.ts";

/** What a page can use that a video does not have, or that keeps the machine's time. */
interface Unsupported {
  readonly code: string;
  readonly name: string;
  readonly what: string;
  readonly remedy: string;
}

const SOUND: Unsupported = {
  code: "audio-unsupported",
  name: "sound by Web Audio",
  what: "What it plays is not in the video, and the clock of an AudioContext stands at 0.",
  remedy: "Play files by <audio data-start>: what is made by script can be shipped as a file.",
};
const GPU: Unsupported = {
  code: "webgpu-unsupported",
  name: "WebGPU",
  what: "There is no graphics processor, and no adapter for one: the page gets null.",
  remedy: "Draw with WebGL or a 2D canvas where there is no WebGPU.",
};
const SERVICE_WORKER: Unsupported = {
  code: "service-worker-unsupported",
  name: "a service worker",
  what: "It runs on the machine's time, and every chunk of the video begins without it.",
  remedy: "Let the page do without: all files of the project are at hand.",
};
const CODECS: Unsupported = {
  code: "webcodecs-unsupported",
  name: "WebCodecs",
  what: "They work on the machine's time: which picture is there at a frame may differ from run to run.",
  remedy:
    "Ship the pictures as files, or pass window.__framewright.waitUntil the promise of what is decoded.",
};
const RECORDER: Unsupported = {
  code: "recording-unsupported",
  name: "a MediaRecorder",
  what: "It records on the machine's time, not the composition's.",
  remedy: "Leave recording to this service.",
};
const RTC: Unsupported = {
  code: "webrtc-unsupported",
  name: "WebRTC",
  what: "A page reaches no peers.",
  remedy: "Ship what is to be shown with the project.",
};
const CAPTURE: Unsupported = {
  code: "capture-unsupported",
  name: "a camera, a microphone or the screen",
  what: "There is none.",
  remedy: "Ship what is to be shown with the project.",
};
const SPEECH: Unsupported = {
  code: "speech-unsupported",
  name: "speech synthesis",
  what: "It is not in the video.",
  remedy: "Ship the spoken words as a file, and play it by <audio data-start>.",
};

const LOOSE_AUDIO: Unsupported = {
  code: "media-unsupported",
  name: "sound that a script plays",
  what: "It is not in the video.",
  remedy: "Put the <audio> into the document, and give it data-start.",
};

const used = new Set<Unsupported>();

/** Notices that a constructor is used. */
function noticeNew(name: string, unsupported: Unsupported): void {
  const original: unknown = Reflect.get(window, name);
  if (typeof original !== "function") return;
  const noticing = new Proxy(original, {
    construct(target, args, newTarget): object {
      used.add(unsupported);
      // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct is untyped; it returns the object made
      return Reflect.construct(target, args, newTarget);
    },
  });
  Object.defineProperty(window, name, { value: noticing, configurable: true, writable: true });
}

/** Notices that a method is called, for the interfaces that this browser has. */
function noticeCall(owner: string, method: string, unsupported: Unsupported): void {
  const type: unknown = Reflect.get(window, owner);
  if (typeof type !== "function") return;
  const prototype: unknown = Reflect.get(type, "prototype");
  if (typeof prototype !== "object" || prototype === null) return;
  replaceMethod(prototype, method, (original, args) => {
    used.add(unsupported);
    return original(...args);
  });
}

/** What plays without being in the document, where it would be found. */
function noticeLooseMedia(): void {
  replaceMethod(HTMLMediaElement.prototype, "play", (original, args, media) => {
    if (!media.isConnected && !media.muted) used.add(LOOSE_AUDIO);
    return original(...args);
  });
}

export function installUnsupportedApis(): void {
  noticeLooseMedia();
  for (const name of ["AudioContext", "webkitAudioContext"]) noticeNew(name, SOUND);
  for (const name of ["VideoDecoder", "VideoEncoder", "AudioDecoder", "AudioEncoder", "ImageDecoder"])
    noticeNew(name, CODECS);
  noticeNew("MediaRecorder", RECORDER);
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) noticeNew(name, RTC);
  noticeCall("GPU", "requestAdapter", GPU);
  noticeCall("ServiceWorkerContainer", "register", SERVICE_WORKER);
  for (const method of ["getUserMedia", "getDisplayMedia"]) noticeCall("MediaDevices", method, CAPTURE);
  noticeCall("SpeechSynthesis", "speak", SPEECH);
}

/** What of this the page has used so far. */
export function unsupportedApis(): PageFinding[] {
  return [...used].map(({ code, name, what, remedy }) => ({
    code,
    severity: "warning",
    message: `The page uses ${name}. ${what}`,
    remedy,
  }));
}
