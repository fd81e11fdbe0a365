import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

/** Work that the browser does in its own time: each resolves, or calls back, once it is done. */
const WORK = `
  const pixel = document.createElement("canvas");
  pixel.width = pixel.height = 4;
  pixel.getContext("2d").fillRect(0, 0, 2, 2);
  const event = (target, type) => new Promise((resolve, reject) => {
    target.addEventListener(type, () => resolve(target.result));
    target.addEventListener("error", reject);
  });
  const module = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const zip = (Kind, blob) => new Response(blob.stream().pipeThrough(new Kind("gzip"))).blob();
  const work = {
    digest: () => crypto.subtle.digest("SHA-256", new Uint8Array(3e6)),
    derive: async () => {
      const key = await crypto.subtle.importKey("raw", new Uint8Array(9), "PBKDF2", false, ["deriveBits"]);
      const way = { name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(16), iterations: 20000 };
      await crypto.subtle.deriveBits(way, key, 512);
    },
    database: async () => {
      const open = indexedDB.open("work");
      open.onupgradeneeded = () => open.result.createObjectStore("all");
      const base = await event(open, "success");
      const change = base.transaction("all", "readwrite");
      for (let i = 0; i < 200; i++) change.objectStore("all").put(i, i);
      await event(change, "complete");
      await event(base.transaction("all").objectStore("all").get(7), "success");
      base.close();
    },
    toBlob: () => new Promise((resolve) => pixel.toBlob(resolve)),
    offscreen: async () => {
      const canvas = new OffscreenCanvas(2, 2);
      canvas.getContext("2d").fillRect(0, 0, 2, 2);
      const { type, size } = await canvas.convertToBlob({ type: "image/jpeg" });
      if (type !== "image/jpeg" || size === 0) throw new Error(type);
    },
    bitmap: async () => createImageBitmap(await new Promise((resolve) => pixel.toBlob(resolve))),
    reader: async () => {
      const reader = new FileReader();
      reader.readAsDataURL(new Blob(["x".repeat(1e6)]));
      await event(reader, "load");
    },
    blob: async () => [await new Blob(["x"]).text(), await new Blob(["x"]).arrayBuffer()],
    stream: async () => { for await (const part of new Blob(["x".repeat(1e6)]).stream()) part.length; },
    gzip: async () => zip(DecompressionStream, await zip(CompressionStream, new Blob(["x".repeat(1e6)]))),
    image: async () => {
      const image = new Image();
      image.src = pixel.toDataURL();
      await event(image, "load");
      await image.decode();
      await new Promise((resolve) => {
        const drawn = new Image();
        drawn.onload = resolve;
        drawn.src = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
      });
    },
    font: () => new FontFace("none", "url(data:,)").load().catch(() => undefined),
    wasm: async () => [await WebAssembly.compile(module), await WebAssembly.instantiate(module)],
    cache: async () => {
      const cache = await caches.open("work");
      await cache.put("/x", new Response("x"));
      await (await cache.match("/x")).text();
    },
    audio: async () => {
      const context = new OfflineAudioContext(1, 44100, 44100);
      new OscillatorNode(context).start();
      await context.startRendering();
    },
    decoder: async () => {
      const data = await new Promise((resolve) => pixel.toBlob(resolve));
      await new ImageDecoder({ type: "image/png", data: data.stream() }).decode();
    },
    fetched: async () => (await fetch("data:text/plain,x")).text(),
    worker: async () => {
      const source = new Blob(["onmessage = () => { for (let i = 0; i < 3e7; i++); postMessage(1) }"]);
      const worker = new Worker(URL.createObjectURL(source));
      worker.postMessage(0);
      await event(worker, "message");
      worker.terminate();
    },
  };
  const done = {};
  const errors = [];
  const begin = (name, key) => {
    const end = () => { (done[key] ??= []).push(name); };
    work[name]().then(end, (error) => errors.push(name + " " + error));
  };
  const missing = (key) => Object.keys(work).filter((name) => !done[key]?.includes(name));
`;

it(
  "waits for the browser's own work before frame 0, and before time moves on",
  { timeout: 60_000 },
  async () => {
    await withPage(
      `<div data-composition-id="main" data-duration="9"></div><script>${WORK}
      for (const name of Object.keys(work)) begin(name, "before");
      let frame = 0;
      const late = {};
      requestAnimationFrame(function loop() {
        const names = Object.keys(work);
        if (frame > 0) late[frame - 1] = missing(frame - 1);
        for (const name of names) begin(name, frame);
        frame++;
        requestAnimationFrame(loop);
      });
      setTimeout(() => { for (const name of Object.keys(work)) begin(name, "timer"); }, 150);
      let lateAfterTimer;
      setTimeout(() => { lateAfterTimer = missing("timer"); }, 151);
    </script>`,
      async ({ read, stepTo }) => {
        expect(await read("[errors.join(), missing('before').join()]")).toEqual(["", ""]);
        await stepTo(3);
        expect(await read("errors.join()")).toBe("");
        expect(await read("JSON.stringify(late)")).toBe('{"0":[],"1":[],"2":[]}');
        expect(await read("lateAfterTimer.join()")).toBe("");
      },
    );
  },
);

it("does not wait for ever for what nobody answers", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="9"></div><script>
      const quiet = new Worker(URL.createObjectURL(new Blob(["onmessage = () => undefined"])));
      let feed, parts = 0;
      const reader = new ReadableStream({ start(controller) { feed = controller; } }).getReader();
      (async () => { for (;;) { await reader.read(); parts++; } })();
      setInterval(() => { feed.enqueue("x"); quiet.postMessage(1); }, 10);
    </script>`,
    async ({ read, stepTo }) => {
      const startedAt = Date.now();
      await stepTo(3);
      expect(await read("parts")).toBe(30);
      expect(Date.now() - startedAt).toBeLessThan(4_500);
    },
  );
});
