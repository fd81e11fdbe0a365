import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const ROOT = '<div id="root" data-composition-id="main" data-duration="10"></div>';
const FADE = "@keyframes fade { from { opacity: 0 } to { opacity: 1 } } b { animation: fade 1s linear both }";
const BAR = `<style>${FADE}</style><b></b>`;
/** A frame that tells its parent what it shows, as nobody else can look into it. */
const TELLING = `${BAR}<script>requestAnimationFrame(function each() {
  requestAnimationFrame(each);
  const opacity = getComputedStyle(document.querySelector('b')).opacity;
  parent.postMessage([name, Number(opacity).toFixed(3), typeof __hyperframes.getVariables().secret], '*');
})</script>`;
const attribute = (html: string): string => html.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

it("keeps frames of every kind at the composition's time, and tells them the variables", async () => {
  await withPage(
    `${ROOT}
    <iframe name="sandboxed" sandbox="allow-scripts" srcdoc="${attribute(TELLING)}"></iframe>
    <iframe name="data" src="data:text/html,${encodeURIComponent(TELLING)}"></iframe>
    <object id="object" data="data:image/svg+xml,${encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg"><rect width="0"><animate attributeName="width" to="100" dur="1s"/></rect></svg>',
    )}"></object>
    <iframe id="outer" srcdoc="${attribute(`<iframe id="inner" srcdoc="${attribute(BAR)}"></iframe>`)}"></iframe>
    <script>
      const told = {}, heard = [];
      addEventListener("message", ({ data }) => {
        if (Array.isArray(data)) told[data[0]] = data.slice(1);
        else heard.push(data);
      });
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(5);
      expect(await read("told")).toEqual({ sandboxed: ["0.500", "string"], data: ["0.500", "string"] });
      expect(await read("heard")).toEqual([]);
      const inner = "outer.contentDocument.querySelector('iframe').contentDocument.querySelector('b')";
      expect(await read(`getComputedStyle(${inner}).opacity`)).toBe("0.5");
    },
    { variables: { secret: "for the composition" } },
  );
});

it("reaches shadow trees however they come about, and marquees", async () => {
  const tree = (mode: string): string => `<template shadowrootmode="${mode}">${BAR}</template>`;
  await withPage(
    `${ROOT}
    <div id="declared">${tree("open")}</div>
    <x-closed>${tree("closed")}</x-closed>
    <div id="nested"></div><div id="set"></div>
    <marquee scrollamount="10" style="width: 300px"><i id="moving">text</i></marquee>
    <script>
      customElements.define("x-closed", class extends HTMLElement {
        constructor() { super(); window.closedTree = this.attachInternals().shadowRoot; }
      });
      const outer = nested.attachShadow({ mode: "closed" });
      outer.innerHTML = "<div></div>";
      const deep = outer.firstChild.attachShadow({ mode: "closed" });
      deep.innerHTML = ${JSON.stringify(BAR)};
      setTimeout(() => {
        set.setHTMLUnsafe(${JSON.stringify(`<p id="late">${tree("open")}</p>`)});
      }, 300);
      const opacity = (root) => Number(getComputedStyle(root.querySelector("b")).opacity).toFixed(1);
    </script>`,
    async ({ read, stepTo, composition }) => {
      const before = Number(await read("moving.getBoundingClientRect().left"));
      await stepTo(5);
      expect(await read("[opacity(declared.shadowRoot), opacity(closedTree), opacity(deep)]")).toEqual([
        "0.5",
        "0.5",
        "0.5",
      ]);
      expect(await read("opacity(set.querySelector('p').shadowRoot)")).toBe("0.2");
      // HTML: by `scrollamount` pixels every 85 ms.
      await composition.frames.settle(Date.now() + 5_000);
      const moved = before - Number(await read("moving.getBoundingClientRect().left"));
      expect(moved).toBeGreaterThan(45);
      expect(moved).toBeLessThan(65);
    },
  );
});

it("keeps a clip hidden whatever style sheets the page adopts", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="5"><b id="clip" class="clip" data-start="0.3" data-duration="0.4">x</b></div>
    <script>
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".clip { color: red }");
      document.adoptedStyleSheets = [sheet];
      setTimeout(() => { document.adoptedStyleSheets.length = 0; document.adoptedStyleSheets.push(sheet); }, 800);
    </script>`,
    async ({ read, stepTo }) => {
      const visibility =
        "getComputedStyle(clip).visibility + ' ' + clip.checkVisibility({ visibilityProperty: true })";
      const seen: unknown[] = [];
      for (const frame of [0, 3, 6, 7, 9]) {
        await stepTo(frame);
        seen.push(await read(`(${visibility}).split(" ")[1]`));
      }
      expect(seen).toEqual(["false", "true", "true", "false", "false"]);
      expect(await read("getComputedStyle(clip).color")).toBe("rgb(255, 0, 0)");
    },
  );
});

it("leaves an SVG's time to the page, and begins it when the SVG comes", async () => {
  const svg = (id: string): string =>
    `<svg id="${id}"><rect width="0"><animate attributeName="width" to="100" dur="1s" fill="freeze"/></rect></svg>`;
  await withPage(
    `${ROOT}${svg("first")}<div id="host"></div><script>
      const width = (id) => Math.round(document.querySelector("#" + id + " rect").width.animVal.value);
      setTimeout(() => { host.innerHTML = ${JSON.stringify(svg("late"))} }, 300);
      setTimeout(() => first.pauseAnimations(), 400);
      setTimeout(() => first.unpauseAnimations(), 600);
      setTimeout(() => first.setCurrentTime(0.1), 800);
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(5);
      expect(await read("[width('first'), width('late')]")).toEqual([40, 20]);
      expect(await read("first.animationsPaused()")).toBe(true);
      await stepTo(7);
      expect(await read("[width('first'), first.animationsPaused()]")).toEqual([50, false]);
      await stepTo(10);
      expect(await read("[width('first'), first.getCurrentTime().toFixed(1)]")).toEqual([30, "0.3"]);
    },
  );
});
