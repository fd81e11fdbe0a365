import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const ROOT = '<div id="root" data-composition-id="main" data-duration="10"></div><i id="box"></i>';
const FADE = "[{ opacity: 0 }, { opacity: 1 }]";
const opacity = "Number(getComputedStyle(box).opacity).toFixed(3)";

it("drives CSS animations by frames, and fires their events", async () => {
  await withPage(
    `${ROOT}<style>
      @keyframes fade { from { opacity: 0 } to { opacity: 1 } }
      #box { animation: fade 1s linear 0.2s 1 both }
    </style><script>
      const events = [];
      for (const type of ["animationstart", "animationend"]) box.addEventListener(type, () => events.push(type));
    </script>`,
    async ({ read, stepTo, composition }) => {
      await stepTo(2);
      expect(await read(opacity)).toBe("0.000");
      await stepTo(7);
      expect(await read(opacity)).toBe("0.500");
      await stepTo(13);
      await composition.frames.settle(Date.now() + 5_000);
      expect(await read(opacity)).toBe("1.000");
      expect(await read("events")).toEqual(["animationstart", "animationend"]);
    },
  );
});

it("starts a transition at the frame that causes it", async () => {
  await withPage(
    `${ROOT}<style>#box { opacity: 0; transition: opacity 1s linear }</style>
    <script>setTimeout(() => { box.style.opacity = 1 }, 300)</script>`,
    async ({ read, stepTo }) => {
      await stepTo(2);
      expect(await read(opacity)).toBe("0.000");
      await stepTo(3);
      expect(await read(opacity)).toBe("0.000");
      await stepTo(8);
      expect(await read(opacity)).toBe("0.500");
      await stepTo(14);
      expect(await read(opacity)).toBe("1.000");
    },
  );
});

it("lets a page pause, move, speed up and reverse its own animations", async () => {
  await withPage(
    `${ROOT}<script>const fade = box.animate(${FADE}, { duration: 10_000, fill: "both" })</script>`,
    async ({ read, stepTo }) => {
      await stepTo(2);
      expect(await read("[fade.currentTime, fade.playState]")).toEqual([200, "running"]);
      await read("fade.pause()");
      await stepTo(5);
      // Web Animations: what happens between two frames takes effect with the next one's time.
      expect(await read("[fade.currentTime, fade.playState]")).toEqual([300, "paused"]);
      await read("fade.play()");
      await stepTo(6);
      expect(await read("fade.currentTime")).toBe(300);
      await read("fade.currentTime = 500");
      await stepTo(7);
      expect(await read("fade.currentTime")).toBe(600);
      await read("fade.playbackRate = 2");
      await stepTo(9);
      expect(await read("fade.currentTime")).toBe(1000);
      await read("fade.reverse()");
      await stepTo(10);
      expect(await read("fade.currentTime")).toBe(1200);
      await stepTo(11);
      expect(await read("[fade.currentTime, fade.playbackRate]")).toEqual([1000, -2]);
      await read("fade.updatePlaybackRate(1)");
      await stepTo(12);
      expect(await read("fade.currentTime")).toBe(800);
      await stepTo(14);
      expect(await read("fade.currentTime")).toBe(1000);
      await read("fade.cancel()");
      await stepTo(15);
      expect(await read("[fade.currentTime, fade.startTime, fade.playState]")).toEqual([null, null, "idle"]);
      await read("fade.play()");
      await stepTo(16);
      expect(await read("fade.currentTime")).toBe(0);
      await stepTo(18);
      expect(await read("fade.currentTime")).toBe(200);
    },
  );
});

it("settles `finished` and fires `finish` when an animation is over", async () => {
  await withPage(
    `${ROOT}<script>
      const log = [];
      const fade = box.animate(${FADE}, 450);
      fade.finished.then(() => log.push("finished@" + Math.round(performance.now())));
      fade.addEventListener("finish", () => log.push("finish"));
    </script>`,
    async ({ read, stepTo, composition }) => {
      await stepTo(4);
      expect(await read("log")).toEqual([]);
      await stepTo(5);
      await composition.frames.settle(Date.now() + 5_000);
      expect(await read("log")).toEqual(["finished@500", "finish"]);
    },
  );
});

it("holds an animation that a style pauses, and takes it up where it stood", async () => {
  await withPage(
    `${ROOT}<style>
      @keyframes fade { from { opacity: 0 } to { opacity: 1 } }
      #box { animation: fade 1s linear both }
      #box.still { animation-play-state: paused }
    </style>`,
    async ({ read, stepTo }) => {
      await stepTo(2);
      await read("box.className = 'still'");
      await stepTo(6);
      expect(await read(opacity)).toBe("0.300");
      await read("box.className = ''");
      await stepTo(8);
      expect(await read(opacity)).toBe("0.400");
    },
  );
});

it("drives SVG's own animations", async () => {
  await withPage(
    `${ROOT}<svg><rect id="rect" width="10"><animate attributeName="width" from="0" to="100" dur="1s" fill="freeze"/></rect></svg>`,
    async ({ read, stepTo }) => {
      await stepTo(5);
      expect(await read("rect.width.animVal.value")).toBeCloseTo(50, 1);
    },
  );
});

it("takes a start time as virtual time, and keeps animations in step by it", async () => {
  await withPage(
    `${ROOT}<script>setTimeout(() => {
      window.first = box.animate(${FADE}, 2000);
      first.startTime = 0;
      window.second = box.animate(${FADE}, 2000);
      second.startTime = document.timeline.currentTime;
      window.third = new Animation(new KeyframeEffect(box, ${FADE}, 2000), new DocumentTimeline({ originTime: 0 }));
      third.play();
    }, 500)</script>`,
    async ({ read, stepTo }) => {
      await stepTo(10);
      expect(await read("[first.currentTime, second.currentTime, third.currentTime]")).toEqual([
        1000, 500, 500,
      ]);
    },
  );
});

it("shows a page its animations as they are at that very time", async () => {
  await withPage(
    `${ROOT}<script>
      const fade = box.animate(${FADE}, 1000);
      const seen = [];
      setTimeout(() => { seen.push(fade.currentTime); fade.pause(); }, 250);
      requestAnimationFrame(function each() { seen.push(fade.currentTime); requestAnimationFrame(each); });
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(4);
      expect(await read("seen")).toEqual([0, 100, 200, 250, 300, 300]);
    },
  );
});
