import { expect, test } from "vitest";

import { CHANNELS, nextNotice, type Notices, openNotices } from "../../src/queue/notices.ts";

/** A database that gives the notices that the test says. */
function openDesk(): {
  notices: Notices;
  tell: (channel: string, about: string) => void;
  reconnect: () => void;
} {
  let tell = (_channel: string, _about: string): void => undefined;
  let reconnect = (): void => undefined;
  const notices = openNotices({
    listen: (channels, onNotification, onReconnect) => {
      expect(channels).toEqual(Object.values(CHANNELS));
      [tell, reconnect] = [onNotification, onReconnect];
      return { close: async () => undefined };
    },
  });
  return { notices, tell: (channel, about) => tell(channel, about), reconnect: () => reconnect() };
}

test("who follows a topic is told of it, until it stops, and of nothing else", () => {
  const { notices, tell } = openDesk();
  const told: string[] = [];
  const stop = notices.on("events", (about) => void told.push(about));
  tell(CHANNELS.events, "a");
  tell(CHANNELS.ended, "b");
  tell("another service's", "c");
  stop();
  tell(CHANNELS.events, "d");
  expect(told).toEqual(["a"]);
});

test("when some may have been missed, everybody is told so", () => {
  const { notices, reconnect } = openDesk();
  const told: string[] = [];
  notices.on("events", (about) => void told.push(`events ${about}`));
  notices.on("work", (about) => void told.push(`work ${about}`));
  reconnect();
  expect(told.toSorted()).toEqual(["events ", "work "]);
});

const { signal } = new AbortController();

test.each([
  ["its notice", (tell: (channel: string, about: string) => void) => tell(CHANNELS.events, "a")],
  [
    "that some may have been missed",
    (tell: (channel: string, about: string) => void) => tell(CHANNELS.events, ""),
  ],
])("a wait ends with %s, not with that of another", async (_, notify) => {
  const { notices, tell } = openDesk();
  const { wait, stop } = nextNotice(notices, { topic: "events", about: "a", withinMs: 60_000 }, signal);
  let isOver = false;
  void wait.then(() => (isOver = true));
  tell(CHANNELS.events, "b");
  tell(CHANNELS.work, "a");
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  notify(tell);
  await wait;
  stop();
});

test("a wait ends by itself after a while, and with its signal", async () => {
  const { notices } = openDesk();
  const first = nextNotice(notices, { topic: "plans", about: "a", withinMs: 10 }, signal);
  await first.wait;
  const leaving = new AbortController();
  const second = nextNotice(notices, { topic: "plans", about: "a", withinMs: 60_000 }, leaving.signal);
  leaving.abort();
  await second.wait;
  second.stop();
  const third = nextNotice(notices, { topic: "plans", about: "a", withinMs: 60_000 }, leaving.signal);
  await third.wait;
  third.stop();
});
