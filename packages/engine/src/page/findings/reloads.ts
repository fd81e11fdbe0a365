import type { PageFinding } from "../../page-findings.ts";

let asked = false;

/** A page that loads itself again, by the machine's time, would begin anew in the middle of the video: it stays. */
export function keepLoaded(): void {
  window.navigation.addEventListener("navigate", (event) => {
    if (event.navigationType !== "reload" || !event.cancelable) return;
    asked = true;
    event.preventDefault();
  });
}

/** Whether the page wants to be loaded again, or has a frame that does. */
export function reloads(): PageFinding[] {
  const refresh = document.querySelector("meta[http-equiv=refresh i]");
  if (!asked && refresh === null) return [];
  return [
    {
      code: "reload-ignored",
      severity: "warning",
      message: "The page asks to be loaded again. The video goes on with the page as it is.",
      remedy: "Leave out <meta http-equiv=refresh> and location.reload(): a timer is enough.",
    },
  ];
}
