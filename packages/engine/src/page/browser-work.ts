import { native } from "./native.ts";
import { replaceMethod } from "./replace.ts";
import { LOCAL_PATIENCE_MS, REMOTE_PATIENCE_MS, track } from "./tracked-work.ts";

/** Methods that answer by a promise, for work that this machine does and therefore ends. */
const LOCAL: Readonly<Record<string, readonly string[]>> = {
  AudioDecoder: ["flush"],
  AudioEncoder: ["flush"],
  BaseAudioContext: ["decodeAudioData"],
  Blob: ["arrayBuffer", "bytes", "text"],
  Cache: ["delete", "keys", "match", "matchAll", "put"],
  CacheStorage: ["delete", "has", "keys", "match", "open"],
  CSSStyleSheet: ["replace"],
  FileSystemDirectoryHandle: ["getDirectoryHandle", "getFileHandle", "removeEntry", "resolve"],
  FileSystemFileHandle: ["createWritable", "getFile"],
  FileSystemWritableFileStream: ["close", "seek", "truncate", "write"],
  GPU: ["requestAdapter"],
  GPUAdapter: ["requestDevice"],
  GPUBuffer: ["mapAsync"],
  GPUDevice: ["createComputePipelineAsync", "createRenderPipelineAsync", "popErrorScope"],
  GPUQueue: ["onSubmittedWorkDone"],
  ImageDecoder: ["decode"],
  MediaCapabilities: ["decodingInfo", "encodingInfo"],
  NavigatorUAData: ["getHighEntropyValues"],
  OfflineAudioContext: ["startRendering"],
  OffscreenCanvas: ["convertToBlob"],
  Permissions: ["query"],
  StorageManager: ["estimate", "getDirectory", "persist", "persisted"],
  SubtleCrypto: Object.getOwnPropertyNames(globalThis.SubtleCrypto?.prototype ?? {}),
  SVGImageElement: ["decode"],
  VideoDecoder: ["flush"],
  VideoEncoder: ["flush"],
  VideoFrame: ["copyTo"],
  Window: ["createImageBitmap"],
};

/** The same for what may have to come from elsewhere, or from the page itself, and may never come. */
const REMOTE: Readonly<Record<string, readonly string[]>> = {
  Cache: ["add", "addAll"],
  FontFace: ["load"],
  FontFaceSet: ["load"],
  HTMLImageElement: ["decode"],
  ReadableStreamBYOBReader: ["read"],
  ReadableStreamDefaultReader: ["read"],
  Request: ["arrayBuffer", "blob", "bytes", "formData", "json", "text"],
  Response: ["arrayBuffer", "blob", "bytes", "formData", "json", "text"],
  Window: ["fetch"],
  Worklet: ["addModule"],
};

/** What DevTools tells of by itself. */
const SEEN_BY_ENGINE = new Set(["Response", "fetch"]);

const WEB_ASSEMBLY = ["compile", "compileStreaming", "instantiate", "instantiateStreaming"];

/** Has every call of a method told: what it returned, and on what it was called. */
export function follow<On extends object>(
  target: On,
  method: string,
  told: (answer: unknown, on: On, args: readonly unknown[]) => void,
): void {
  replaceMethod(target, method, (original, args, on) => {
    const answer = original(...args);
    told(answer, on, args);
    return answer;
  });
}

function followPromise(target: object, method: string, name: string | null, patienceMs: number): void {
  const mayBeSilent = patienceMs === REMOTE_PATIENCE_MS && target !== window;
  follow(target, method, (answer, on) => {
    if (!(answer instanceof native.Promise)) return;
    void track(answer, { name, patienceMs, ...(mayBeSilent && { owner: on }) });
  });
}

/** The object that has a method: a prototype, but for the window's own. */
function holder(name: string): object | null {
  if (name === "Window") return window;
  const made: unknown = Reflect.get(globalThis, name);
  return typeof made === "function" ? (made.prototype as object) : null;
}

function nameOf(owner: string, method: string): string | null {
  if (SEEN_BY_ENGINE.has(owner) || SEEN_BY_ENGINE.has(method)) return null;
  return owner === "Window" ? method : `${owner}.${method}`;
}

function followTable(table: Readonly<Record<string, readonly string[]>>, patienceMs: number): void {
  for (const [owner, methods] of Object.entries(table)) {
    const target = holder(owner);
    if (!target) continue;
    for (const method of methods) {
      if (method !== "constructor") followPromise(target, method, nameOf(owner, method), patienceMs);
    }
  }
}

/** Follows what the browser does for scripts in its own time, and answers by a promise. */
export function installBrowserWork(): void {
  followTable(LOCAL, LOCAL_PATIENCE_MS);
  followTable(REMOTE, REMOTE_PATIENCE_MS);
  for (const method of WEB_ASSEMBLY) {
    followPromise(WebAssembly, method, `WebAssembly.${method}`, LOCAL_PATIENCE_MS);
  }
}
