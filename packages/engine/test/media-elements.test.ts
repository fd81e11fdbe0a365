import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const PAGE = "http://composition.localhost";

it("tells every sound and video with its times, those of what is around it reckoned in", async () => {
  await withPage(
    `<div data-composition-id="main" data-width="320" data-height="180" data-duration="20">
      <video id="plain" src="a.mp4" data-start="1" data-duration="4" data-media-start="2.5" data-playback-rate="2" muted></video>
      <video id="after" data-start="plain + 0.5" data-duration="1" loop><source src="/sub/b.webm"></video>
      <audio id="music" src="data:audio/wav;base64,AAAA" data-volume="0.25" data-has-audio="false"></audio>
      <div data-composition-id="host" data-start="2" data-duration="3" data-playback-rate="0.5" data-media-start="1">
        <video id="inner" src="c.mp4" data-start="0.5" data-duration="8" data-playback-start="4" data-playback-rate="3"></video>
        <div data-start="1.5" data-duration="0.75"><audio src="d.mp3" autoplay></audio></div>
      </div>
      <video id="none"></video>
    </div>
    <script>document.getElementById("music").volume = 0.5; document.getElementById("after").volume = 0.5;</script>`,
    async ({ read }) => {
      const found = (await read("__framewright.mediaElements()")) as Record<string, unknown>[];
      expect(found.map(({ kind, selector, src, timed }) => [kind, selector, src, timed])).toEqual([
        ["video", "#plain", `${PAGE}/a.mp4`, true],
        ["video", "#after", `${PAGE}/sub/b.webm`, true],
        ["audio", "#music", "data:audio/wav;base64,AAAA", false],
        ["video", "#inner", `${PAGE}/c.mp4`, true],
        ["audio", expect.any(String), `${PAGE}/d.mp3`, false],
        ["video", "#none", null, false],
      ]);
      const times = found.map(({ start, end, mediaStart, loopStart, rate }) => [
        start,
        end,
        mediaStart,
        loopStart,
        rate,
      ]);
      // Within the host, second s is second 2 + (s - 1) / 0.5 of the video: 0.5 comes before the host does.
      expect(times).toEqual([
        [1, 5, 2.5, 2.5, 2],
        [5.5, 6.5, 0, 0, 1],
        [0, null, 0, 0, 1],
        [2, 5, 5.5, 4, 1.5],
        [3, 4.5, 0, 0, 0.5],
        [0, null, 0, 0, 1],
      ]);
      expect(
        found.map(({ loop, autoplay, muted, volume, hasAudio }) => [loop, autoplay, muted, volume, hasAudio]),
      ).toEqual([
        [false, false, true, 1, null],
        [true, false, false, 0.5, null],
        [false, false, false, 0.5, false],
        [false, false, false, 1, null],
        [false, true, false, 1, null],
        [false, false, false, 1, null],
      ]);
    },
  );
});
