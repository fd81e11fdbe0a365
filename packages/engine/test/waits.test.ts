import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";

/** Each of these ends in a browser that someone looks at and has clicked into. */
const WAITS = `
  const event = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
  const blobUrl = (text) => URL.createObjectURL(new Blob([text]));
  const added = (name, attributes) => {
    const element = Object.assign(document.createElement(name), attributes);
    const loaded = event(element, "load");
    document.body.append(element);
    return loaded;
  };
  const waits = {
    audio: () => new AudioContext().resume(),
    idle: () => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 50 })),
    task: () => scheduler.postTask(() => 1, { priority: "background" }),
    laterTask: () => scheduler.postTask(() => 1, { delay: 60 }),
    yielded: () => scheduler.yield(),
    channel: () => { const { port1, port2 } = new MessageChannel(); port2.postMessage(1); port1.start(); return event(port1, "message"); },
    broadcast: () => { const [to, from] = [new BroadcastChannel("a"), new BroadcastChannel("a")]; from.postMessage(1); return event(to, "message"); },
    worker: () => event(new Worker(blobUrl("setTimeout(() => postMessage(1), 30)")), "message"),
    bitmapOfWorker: () => {
      const worker = new Worker(blobUrl("onmessage = async () => { const c = new OffscreenCanvas(9, 9); c.getContext('2d'); postMessage(await createImageBitmap(c)) }"));
      worker.postMessage(1);
      return event(worker, "message");
    },
    shared: () => { const { port } = new SharedWorker(blobUrl("onconnect = ({ ports: [port] }) => port.postMessage(1)")); port.start(); return event(port, "message"); },
    lock: () => navigator.locks.request("a", () => 1),
    frames: () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 30)),
    timeout: () => event(AbortSignal.timeout(50), "abort"),
    script: () => added("script", { src: "data:text/javascript,1" }),
    style: () => added("link", { rel: "stylesheet", href: "data:text/css,x{}" }),
    frame: () => added("iframe", { srcdoc: "x" }),
    pipe: () => new Blob(["x"]).stream().pipeTo(new WritableStream()),
    databases: () => indexedDB.databases(),
    toggled: () => { more.open = !more.open; return event(more, "toggle"); },
    image: () => { const image = new Image(); image.src = "${SVG}"; return image.decode(); },
  };
  /** These end with the composition's time. */
  const timed = {
    animation: () => box.animate({ opacity: [0, 1] }, 200).finished,
    transition: () => { const ended = event(box, "transitionend"); box.style.transition = "left 0.1s"; box.style.left = "9px"; return ended; },
    seen: () => new Promise((resolve) => new IntersectionObserver(resolve).observe(box)),
    sized: () => new Promise((resolve) => new ResizeObserver(resolve).observe(box)),
    scrolled: () => { scroller.scrollTop = 10; return event(scroller, "scroll"); },
    scrolledSmoothly: () => { scroller.scrollTo({ top: 400, behavior: "smooth" }); return event(scroller, "scrollend"); },
    view: () => document.startViewTransition(() => undefined).finished,
  };
`;

it(
  "ends what a composition waits for, before its first frame and in each, and starts no sound otherwise",
  { timeout: 60_000 },
  async () => {
    await withPage(
      `<div data-composition-id="main"><i id="box" style="position: relative; left: 0">x</i><details id="more">x</details>
      <div id="scroller" style="height: 50px; overflow: auto"><p style="height: 900px"></p></div></div>
    <script>${WAITS}
      const done = [];
      const all = async (kinds) => { for (const [name, wait] of Object.entries(kinds)) { await wait(); done.push(name); } };
      let next = [], started = false;
      window.__hf = {
        duration: 9,
        ready: all(waits).then(() => all(timed)),
        seek: () => all(Object.fromEntries(next.map((name) => [name, waits[name]]))),
      };
    </script>`,
      async ({ read, stepTo }) => {
        const names = (await read("Object.keys(waits)")) as string[];
        expect(await read("done")).toEqual([...names, ...((await read("Object.keys(timed)")) as string[])]);
        await read("done.length = 0, next = Object.keys(waits)");
        await stepTo(0);
        expect(await read("done")).toEqual(names);
        await read("next = [], new AudioContext().resume().then(() => { started = true }), 0");
        await stepTo(3);
        expect(await read("started")).toBe(false);
      },
    );
  },
);
