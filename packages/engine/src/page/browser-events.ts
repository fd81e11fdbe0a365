import { follow } from "./browser-work.ts";
import { begin, LOCAL_PATIENCE_MS, REMOTE_PATIENCE_MS, type Work } from "./tracked-work.ts";

/** Work of the browser that ends with an event. */

function untilEvent(target: EventTarget, types: readonly string[], work: Work): void {
  const close = begin(work);
  const end = (): void => {
    for (const type of types) target.removeEventListener(type, end);
    close();
  };
  for (const type of types) target.addEventListener(type, end);
}

function followRequests(): void {
  follow(XMLHttpRequest.prototype, "send", (_, request) => {
    if (request instanceof XMLHttpRequest && request.readyState !== XMLHttpRequest.UNSENT)
      untilEvent(request, ["loadend"], { name: null, patienceMs: REMOTE_PATIENCE_MS });
  });
  for (const method of ["readAsArrayBuffer", "readAsBinaryString", "readAsDataURL", "readAsText"]) {
    follow(FileReader.prototype, method, (_, reader) => {
      if (reader instanceof FileReader)
        untilEvent(reader, ["loadend"], { name: `FileReader.${method}`, patienceMs: LOCAL_PATIENCE_MS });
    });
  }
}

function followDatabases(): void {
  for (const method of ["open", "deleteDatabase"]) {
    follow(IDBFactory.prototype, method, (request) => {
      const work = { name: `indexedDB.${method}`, patienceMs: LOCAL_PATIENCE_MS };
      if (request instanceof IDBRequest) untilEvent(request, ["success", "error", "blocked"], work);
    });
  }
  // All requests of a transaction are done when it is.
  follow(IDBDatabase.prototype, "transaction", (transaction) => {
    const work = { name: "IDBDatabase.transaction", patienceMs: LOCAL_PATIENCE_MS };
    if (transaction instanceof IDBTransaction) untilEvent(transaction, ["complete", "abort"], work);
  });
}

/** Images that a script loads, in the document or not; their load event comes later. */
function followImages(): void {
  const loads = (image: HTMLImageElement): void => {
    if (image.complete && image.currentSrc === "") return;
    const isLocal = /^(data|blob):/.test(image.src);
    const patienceMs = isLocal ? LOCAL_PATIENCE_MS : REMOTE_PATIENCE_MS;
    untilEvent(image, ["load", "error"], { name: null, patienceMs, owner: image, forgiven: true });
  };
  for (const key of ["src", "srcset"] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, key);
    // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
    const set: unknown = descriptor?.set;
    if (typeof set !== "function") continue;
    Object.defineProperty(HTMLImageElement.prototype, key, {
      ...descriptor,
      set(this: HTMLImageElement, value: unknown) {
        Reflect.apply(set, this, [value]);
        loads(this);
      },
    });
  }
  follow(HTMLImageElement.prototype, "setAttribute", (_, image, [name]) => {
    if (image instanceof HTMLImageElement && (name === "src" || name === "srcset")) loads(image);
  });
}

/** Workers keep the machine's time; at least time waits for an answer to what they are asked. */
function followWorkers(): void {
  const asked = (worker: Worker): void =>
    untilEvent(worker, ["message", "messageerror", "error"], {
      name: "an answer of a worker",
      patienceMs: REMOTE_PATIENCE_MS,
      owner: worker,
      forgiven: true,
    });
  window.Worker = new Proxy(window.Worker, {
    construct: (target, args, newTarget) => {
      const worker: unknown = Reflect.construct(target, args, newTarget);
      if (worker instanceof Worker) asked(worker);
      // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct is untyped; it returns the worker
      return worker as Worker;
    },
  });
  follow(Worker.prototype, "postMessage", (_, worker) => {
    if (worker instanceof Worker) asked(worker);
  });
}

export function installBrowserEvents(): void {
  followRequests();
  followDatabases();
  followImages();
  followWorkers();
}
