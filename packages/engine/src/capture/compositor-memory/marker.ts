import type { Page } from "../../browser/page.ts";

/** Colours that no blank or stale memory has in this order, by red, green and blue. */
const CELLS = [
  [255, 0, 1],
  [0, 254, 2],
  [3, 0, 253],
  [252, 4, 251],
  [5, 250, 249],
  [248, 247, 6],
  [1, 2, 3],
  [253, 252, 251],
] as const;

/** Pixels of the row: a picture must be at least as wide. */
export const MARKER_WIDTH = CELLS.length;

/** The first pixels of the page's bitmap while it shows the marker: blue, green, red and alpha each. */
export const MARKER = Buffer.from(CELLS.flatMap(([red, green, blue]) => [blue, green, red, 255]));

/** Beside the marker there is something to move, of hard edges and of soft ones. */
function markerHtml(pixel: number): string {
  const cells = CELLS.map((rgb, index) => {
    const place = `left: ${index * pixel}px; top: 0; width: ${pixel}px; height: ${pixel}px`;
    return `<i style="position: absolute; ${place}; background: rgb(${rgb.join(" ")})"></i>`;
  });
  return `<!doctype html><html><body style="margin: 0; overflow: hidden">${cells.join("")}
<div id="moves" style="position: absolute; left: 0; top: ${2 * pixel}px; width: 40%; height: 40%; border-radius: 20%; background: linear-gradient(#fd1, #13a)"></div>
</body></html>`;
}

/**
 * Puts the marker in the place of the empty page that a browser begins with.
 * @param pixel - the size of a pixel of the picture, in CSS pixels
 */
export async function showMarker(page: Page, pixel: number): Promise<void> {
  const { frameTree } = await page.send("Page.getFrameTree", undefined);
  await page.send("Page.setDocumentContent", { frameId: frameTree.frame.id, html: markerHtml(pixel) });
}

/** Moves what there is beside the marker. */
export async function moveBesideMarker(page: Page, step: number, deadline: number): Promise<void> {
  const colour = `hsl(${step * 77} 60% 40%)`;
  const move = `moves.style.transform = "translate(${step * 13}%, ${step * 17}%)"`;
  await page.evaluate(`document.body.style.background = "${colour}"; ${move}; 0`, deadline);
}
