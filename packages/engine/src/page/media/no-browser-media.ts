/** Media are none of the browser's: it has other codecs on other machines, and plays by the machine's time. */

const POLICY = "media-src 'none'";
const OF_MEDIA = new Set(["error", "loadstart", "emptied", "abort", "suspend", "stalled"]);

function isOfMedia(target: EventTarget | null): boolean {
  if (target instanceof HTMLMediaElement) return true;
  return target instanceof HTMLSourceElement && target.parentElement instanceof HTMLMediaElement;
}

/** What the browser tells of a file that it was not let to load is kept from the page. */
function hush(event: Event): void {
  if (event.isTrusted && isOfMedia(event.target)) event.stopImmediatePropagation();
}

/** For an element that may be in no document, where nobody else hears its events. */
export function hushElement(media: HTMLMediaElement): void {
  for (const type of OF_MEDIA) media.addEventListener(type, hush, true);
}

function addPolicy(head: HTMLHeadElement): void {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = POLICY;
  head.prepend(meta);
  // It stays in force.
  meta.remove();
}

export function keepBrowserFromMedia(): void {
  for (const type of OF_MEDIA) window.addEventListener(type, hush, true);
  window.addEventListener(
    "securitypolicyviolation",
    (event) => {
      if (event.originalPolicy === POLICY) event.stopImmediatePropagation();
    },
    true,
  );
  if (document.head) {
    addPolicy(document.head);
    return;
  }
  const observer = new MutationObserver(() => {
    if (!document.head) return;
    observer.disconnect();
    addPolicy(document.head);
  });
  observer.observe(document, { childList: true, subtree: true });
}
