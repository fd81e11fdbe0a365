import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const ROOT = '<div id="root" data-composition-id="main" data-duration="10"></div>';

it("stands still while the page loads, and moves by frames", async () => {
  await withPage(
    `${ROOT}<script>
      const start = { date: Date.now(), now: performance.now() };
      const elapsed = () => [Date.now() - start.date, performance.now() - start.now, new Date() - start.date];
    </script>`,
    async ({ read, stepTo }) => {
      expect(await read("elapsed()")).toEqual([0, 0, 0]);
      await stepTo(0);
      expect(await read("elapsed()")).toEqual([0, 0, 0]);
      await stepTo(7);
      expect(await read("elapsed().map(Math.round)")).toEqual([700, 700, 700]);
      expect(await read("Math.abs(document.timeline.currentTime - 700) < 0.002")).toBe(true);
    },
  );
});

it("shows the same date on every run, and keeps what else Date does", async () => {
  await withPage(ROOT, async ({ read }) => {
    expect(await read("new Date().toISOString()")).toBe("2025-01-01T00:00:00.000Z");
    expect(await read("new Date(0).getTime()")).toBe(0);
    expect(await read("new Date() instanceof Date && new Date().constructor === Date")).toBe(true);
    expect(await read("Date.UTC(1970, 0, 2)")).toBe(86_400_000);
    expect(await read("typeof Date()")).toBe("string");
  });
});

it("fires timers in the order of their times, each at its own time, with microtasks in between", async () => {
  await withPage(
    `${ROOT}<script>
      const log = [];
      const note = (name) => log.push(name + "@" + Math.round(performance.now()));
      setTimeout(note, 90, "late");
      setTimeout(() => { note("early"); Promise.resolve().then(() => note("micro")); }, 30);
      setTimeout(note, 30, "second");
      const every = setInterval(() => { note("every"); if (log.length > 8) clearInterval(every); }, 40);
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      (async () => { for (let i = 0; i < 3; i++) { await sleep(25); note("slept"); } })();
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(1);
      expect(await read("log")).toEqual([
        "slept@25",
        "early@30",
        "micro@30",
        "second@30",
        "every@40",
        "slept@50",
        "slept@75",
        "every@80",
        "late@90",
      ]);
    },
  );
});

it("fires a timer without delay while the page loads, and clamps nested ones", async () => {
  await withPage(
    `${ROOT}<script>
      let runs = 0;
      const again = () => { runs++; setTimeout(again); };
      setTimeout(again);
    </script>`,
    async ({ read, stepTo }) => {
      // HTML: from the sixth on, 4 ms apart.
      expect(await read("runs")).toBe(5);
      await stepTo(1);
      expect(await read("runs")).toBe(30);
    },
  );
});

it("runs frame callbacks once a frame, and not those that were cancelled", async () => {
  await withPage(
    `${ROOT}<script>
      const times = [];
      let cancelled = 0;
      const tick = (time) => {
        times.push(time);
        const id = requestAnimationFrame(() => cancelled++);
        cancelAnimationFrame(id);
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(() => cancelAnimationFrame(second));
      const second = requestAnimationFrame(() => cancelled++);
      requestAnimationFrame(tick);
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(3);
      expect(await read("times.map(Math.round)")).toEqual([0, 100, 200, 300]);
      expect(await read("cancelled")).toBe(0);
    },
  );
});

it("goes on after a callback that throws, and tells of it", async () => {
  await withPage(
    `${ROOT}<script>
      let after = 0;
      setTimeout(() => { throw new Error("on purpose"); }, 10);
      setTimeout(() => after++, 20);
      requestAnimationFrame(() => { throw new Error("also on purpose"); });
      requestAnimationFrame(() => after++);
    </script>`,
    async ({ read, stepTo, composition }) => {
      await stepTo(1);
      expect(await read("after")).toBe(2);
      const thrown = composition.page.console.uncaught().map(({ text }) => text);
      expect(thrown.join()).toMatch(/also on purpose.*on purpose/s);
    },
  );
});

it("draws the same random numbers in every run", async () => {
  const draw = (): Promise<unknown> =>
    withPage(`${ROOT}<script>const bytes = crypto.getRandomValues(new Uint8Array(4))</script>`, ({ read }) =>
      read("[Math.random(), [...bytes].join(), crypto.randomUUID()]"),
    );
  const [first, second] = [await draw(), await draw()];
  expect(first).toEqual(second);
  expect(first).toEqual([
    expect.any(Number),
    expect.any(String),
    expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
  ]);
});

it("gives a seek the frames and immediate timers that it waits for, and nobody else a frame more", async () => {
  await withPage(
    `<div data-composition-id="main"></div><script>
      let others = 0;
      const count = () => { others++; requestAnimationFrame(count); };
      requestAnimationFrame(count);
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      window.shown = -1;
      window.__hf = {
        duration: 2,
        async seek(seconds) {
          await frame();
          await frame();
          await new Promise((resolve) => setTimeout(resolve));
          window.shown = seconds;
        },
      };
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(0);
      await stepTo(5);
      expect(await read("[shown, others]")).toEqual([0.5, 6]);
    },
  );
});

it("has one clock for every way to wait or to be told the time", async () => {
  await withPage(
    `${ROOT}<script>
      const log = [];
      AbortSignal.timeout(150).addEventListener("abort", () => log.push("abort@" + Math.round(performance.now())));
      const told = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC" }).format();
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(2);
      expect(await read("[log.join(), told]")).toEqual(["abort@150", "01/01/2025"]);
    },
  );
});

it("fires very many timers without losing their order", async () => {
  await withPage(
    `${ROOT}<script>
      let fired = 0, ordered = true, last = -1;
      for (let i = 0; i < 5000; i++) {
        const due = (i * 7919) % 400;
        setTimeout(() => { fired++; ordered &&= due >= last; last = due; }, due);
      }
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(4);
      expect(await read("[fired, ordered]")).toEqual([5000, true]);
    },
  );
});
