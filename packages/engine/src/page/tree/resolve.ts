import { describeElement } from "../describe-element.ts";
import { makeNode } from "./build.ts";
import { type Issues, noIssues, quote } from "./issues.ts";
import { localLength, type Length } from "./length.ts";
import { type TreeNode, videoSeconds } from "./node.ts";
import { findReferenced } from "./references.ts";
import { rootComposition, rootElement } from "./root.ts";
import { parseStart, type StartExpression } from "./timing.ts";

interface Referenced {
  readonly start: StartExpression | null;
  readonly target: TreeNode | null;
}

/** Finds when everything starts and ends, each from what it depends on: the composition around it, and what it refers to. */
export class Resolver {
  readonly issues: Issues = noIssues();
  readonly #nodes = new Map<Element, TreeNode>();
  readonly #references = new Map<TreeNode, Referenced>();
  readonly #lengthOf: (composition: Element) => number | null;
  /** A page that is no composition may use the attribute for something else. */
  readonly #isStrict = rootComposition() !== null;

  constructor(nodes: readonly TreeNode[], lengthOf: (composition: Element) => number | null) {
    for (const node of nodes) this.#nodes.set(node.element, node);
    this.#lengthOf = lengthOf;
  }

  /** By a list of its own instead of calling itself: a chain may be as long as the document. */
  resolve(node: TreeNode): void {
    const path = [node];
    for (let next = path.at(-1); next; next = path.at(-1)) {
      const missing = this.#dependencies(next).find(({ resolved }) => !resolved);
      if (missing === undefined) {
        this.#settle(next);
        path.pop();
      } else if (path.includes(missing)) {
        this.#reportCycle(path.slice(path.indexOf(missing)));
        this.#references.set(next, { start: null, target: null });
      } else path.push(missing);
    }
  }

  #dependencies(node: TreeNode): TreeNode[] {
    const { target } = this.#reference(node);
    return [node.composition, target].filter((each) => each !== null);
  }

  #reference(node: TreeNode): Referenced {
    const known = this.#references.get(node);
    if (known) return known;
    const found = this.#read(node);
    this.#references.set(node, found);
    return found;
  }

  #read({ element }: TreeNode): Referenced {
    const text = element.getAttribute("data-start");
    if (text === null || text.trim() === "") return { start: null, target: null };
    const start = parseStart(text, (id) => findReferenced(id, element) !== null);
    if (start.kind === "seconds") return { start, target: null };
    const found = start.kind === "after" ? findReferenced(start.id, element) : null;
    if (found) return { start, target: this.#nodeOf(found) };
    const why =
      start.kind === "after"
        ? `which names no element and no composition: there is no ${quote(start.id)}`
        : "which is neither a number of seconds nor the end of another element";
    this.#report(`${describeElement(element)} has data-start ${quote(text)}, ${why}.`);
    return { start: null, target: null };
  }

  /** Also an element that shows all the time has an end, when it says how long it is. */
  #nodeOf(element: Element): TreeNode {
    const known = this.#nodes.get(element);
    if (known) return known;
    const around = element.parentElement?.closest("[data-composition-id], [data-composition-file]");
    const node = makeNode(element, (around && this.#nodes.get(around)) ?? null, rootElement());
    this.#nodes.set(element, node);
    return node;
  }

  #settle(node: TreeNode): void {
    node.from = this.#fromOf(node);
    const length = localLength(node, this.#lengthOf);
    this.#checkLength(node, length);
    const { composition } = node;
    if (length.kind === "seconds") node.to = node.from + length.seconds / (composition?.rate ?? 1);
    else if (length.kind === "until") node.to = Math.max(node.from, videoSeconds(composition, length.second));
    node.resolved = true;
  }

  #fromOf(node: TreeNode): number {
    const { start, target } = this.#reference(node);
    const { composition } = node;
    if (start?.kind === "seconds") return videoSeconds(composition, start.seconds);
    if (start?.kind === "after" && target) {
      const { rate } = composition ?? { rate: 1 };
      return Math.max(0, this.#endOf(target, node) + start.offset / rate);
    }
    return composition?.from ?? 0;
  }

  #endOf(target: TreeNode, node: TreeNode): number {
    if (target.to !== Infinity) return target.to;
    this.#warnOfOpenEnd(node, target);
    return target.from;
  }

  #checkLength({ element }: TreeNode, length: Length): void {
    if (length.kind !== "open" || length.invalid === null) return;
    const { name, text } = length.invalid;
    this.issues.warnings.push({
      code: "clip-length-invalid",
      message: `${describeElement(element)} has ${name} ${quote(text)}, which is no length, and shows to the end.`,
      remedy: `Give ${name} a positive number of seconds.`,
    });
  }

  #warnOfOpenEnd(node: TreeNode, target: TreeNode): void {
    const [name, other] = [describeElement(node.element), describeElement(target.element)];
    this.issues.warnings.push({
      code: "clip-length-unknown",
      message: `${name} starts after ${other}, whose length nothing says: it starts with it instead.`,
      remedy: `Give ${other} data-duration in seconds.`,
    });
  }

  #reportCycle(cycle: readonly TreeNode[]): void {
    const names = cycle.map(({ element }) => describeElement(element));
    this.#report(
      cycle.length === 1
        ? `${names.join()} starts after itself.`
        : `${names.join(", ")} start after each other, in a cycle.`,
    );
  }

  #report(detail: string): void {
    if (this.#isStrict) this.issues.problems.push({ code: "start-invalid", detail });
    else {
      const remedy = "Give data-start a number of seconds, or the id of another element.";
      this.issues.warnings.push({ code: "start-invalid", message: detail, remedy });
    }
  }
}
