import { isProblemError } from "@framewright/contract";
import type { Protocol } from "devtools-protocol";

import type { Page } from "./page.ts";

/** Elements whose look the browser makes of a shadow tree in which something moves. */
const MOVING = new Set(["marquee"]);

function isHidden(host: Protocol.DOM.Node, root: Protocol.DOM.Node): boolean {
  return (
    root.shadowRootType === "closed" || (root.shadowRootType === "user-agent" && MOVING.has(host.localName))
  );
}

function hiddenRoots(node: Protocol.DOM.Node): Protocol.DOM.Node[] {
  const roots = node.shadowRoots ?? [];
  const inside = [
    ...roots,
    ...(node.children ?? []),
    ...(node.contentDocument ? [node.contentDocument] : []),
  ];
  return [...roots.filter((root) => isHidden(node, root)), ...inside.flatMap(hiddenRoots)];
}

/** A tree that has gone since it was seen needs no showing. */
function orGone(error: unknown): undefined {
  if (!isProblemError(error) || error.code !== "browser-failed") throw error;
}

/** Shows the page's runtime the shadow trees that no script can find: closed ones that the parser made, and the browser's own. */
export async function showHiddenTrees(page: Page, deadline: number): Promise<void> {
  const { result } = await page.send("Runtime.evaluate", { expression: "document" }, deadline);
  if (result.objectId === undefined) return;
  const document = { objectId: result.objectId, depth: -1, pierce: true };
  const { node } = await page.send("DOM.describeNode", document, deadline);
  for (const { backendNodeId } of hiddenRoots(node)) {
    const resolved = await page.send("DOM.resolveNode", { backendNodeId }, deadline).catch(orGone);
    const objectId = resolved?.object.objectId;
    if (objectId === undefined) continue;
    const call = {
      objectId,
      functionDeclaration: "function () { globalThis.__framewright?.addRoot(this) }",
    };
    await page.send("Runtime.callFunctionOn", call, deadline);
    await page.send("Runtime.releaseObject", { objectId }, deadline);
  }
  await page.send("Runtime.releaseObject", { objectId: result.objectId }, deadline);
}
