import { isProblemError } from "@framewright/contract";
import { expect, it } from "vitest";

import { openPage, withPage } from "./open-page.ts";

const ROOT = '<div id="root" data-composition-id="main" data-duration="2"></div>';

it("waits for declared promises and late timelines, whatever time they need", async () => {
  await withPage(
    `<div data-composition-id="main"></div><script>
      const channel = new MessageChannel();
      let ready = false;
      window.__framewright.waitUntil(new Promise((resolve) => {
        channel.port1.onmessage = () => { ready = true; resolve(); };
        channel.port2.postMessage(null);
      }), "data");
      // Time has to pass before this page says how long it is.
      setTimeout(() => { window.__hf = { duration: 3, seek() {} } }, 250);
    </script>`,
    async ({ read }) => {
      expect(await read("ready")).toBe(true);
      expect(await read("__framewright.declarations().durations[0].seconds.text")).toBe("3");
      const leadIn = await read("__framewright.declarations().leadInMs");
      expect(leadIn).toBeGreaterThanOrEqual(250);
      expect(leadIn).toBeLessThan(270);
    },
  );
});

it("says what it waits for when a page never gets ready", async () => {
  const error: unknown = await openPage(
    `${ROOT}<script>__framewright.waitUntil(new Promise(() => undefined), "the weather")</script>`,
    { readyTimeoutMs: 1_000 },
  ).catch((caught: unknown) => caught);
  expect(isProblemError(error) && error.code).toBe("page-not-ready");
  expect(error).toMatchObject({ evidence: { pending: ["the weather"] } });
});

it("gives up on a page that spins for ever, and leaves no browser", async () => {
  const startedAt = Date.now();
  const error: unknown = await openPage(`${ROOT}<script>console.log("about to spin"); for (;;);</script>`, {
    readyTimeoutMs: 1_500,
  }).catch((caught: unknown) => caught);
  expect(isProblemError(error) && error.code).toBe("page-unresponsive");
  expect(Date.now() - startedAt).toBeLessThan(8_000);
});

it("answers dialogs, opens no windows, and refuses to navigate away", async () => {
  await withPage(
    `${ROOT}<script>const answer = [confirm("sure?"), open("about:blank")]</script>`,
    async ({ read }) => {
      expect(await read("answer")).toEqual([true, null]);
    },
  );
  const error: unknown = await openPage(
    `${ROOT}<script>onload = () => { location.href = "/elsewhere" }</script>`,
    {
      readyTimeoutMs: 3_000,
    },
  ).catch((caught: unknown) => caught);
  expect(isProblemError(error) && error.code).toBe("page-load-failed");
});

it("gives the page its variables before its scripts run", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="1" data-composition-variables='[{"id":"title","default":"none"},{"id":"size","default":3}]'></div>
    <script>const seen = __hyperframes.getVariables()</script>`,
    async ({ read }) => {
      expect(await read("seen")).toEqual({ title: "</script><b>ünï", size: 3 });
    },
    { variables: { title: "</script><b>ünï" } },
  );
});

it("shows a clip from its start to its end", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="2">
      <b id="one" data-start="0.3" data-duration="0.5"></b>
      <b id="two" data-start="one + 0.2" style="visibility: visible"></b>
    </div>`,
    async ({ read, stepTo }) => {
      const visible: unknown[] = [];
      for (let frame = 0; frame < 12; frame++) {
        await stepTo(frame);
        visible.push(
          await read(
            "[one, two].map((clip) => getComputedStyle(clip).visibility === 'visible' ? 1 : 0).join('')",
          ),
        );
      }
      expect(visible).toEqual(["00", "00", "00", "10", "10", "10", "10", "10", "00", "00", "01", "01"]);
    },
  );
});

it("hides a clip outside its time, whatever styles and timelines do to it", async () => {
  await withPage(
    `<style>* { transition: all 0.5s }</style><div data-composition-id="main" data-duration="2">
      <b id="clip" data-start="0.5" data-duration="0.5"><i id="inner" style="visibility: visible"></i></b>
    </div><script>window.__hf = { seek: () => { clip.style.visibility = "visible"; } }</script>`,
    async ({ read, stepTo }) => {
      const shown: unknown[] = [];
      for (let frame = 0; frame < 12; frame++) {
        await stepTo(frame);
        shown.push(
          await read("[clip, inner].map((element) => getComputedStyle(element).visibility[0]).join('')"),
        );
      }
      expect(shown.join(" ")).toBe("hh hh hh hh hh vv vv vv vv vv hh hh");
    },
  );
});

it("is not held up by a worker's script, and tells of the worker", async () => {
  await withPage(
    `${ROOT}<script>new Worker("worker.js").addEventListener("error", (event) => event.preventDefault())</script>`,
    async ({ composition, stepTo }) => {
      expect(await stepTo(1)).toEqual([]);
      expect(composition.page.network.inFlight()).toEqual([]);
      expect(composition.page.network.workers()).toEqual([{ url: "http://composition.localhost/worker.js" }]);
    },
  );
});
