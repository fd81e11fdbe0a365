import { expect, test } from "vitest";

import { watchLoad } from "../../src/renders/watch-load.ts";
import { except, stuck } from "./behaviours.ts";
import { openFleet } from "./fleet.ts";

test("the load is what waits, what has begun, what anybody could begin, and what is done here", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({
    behaviour: except("chunk", stuck),
    places: 0,
    settings: { tenantRunning: 2 },
  });
  const load = watchLoad(fleet.database, () => host.loop.leases);
  try {
    for (let i = 0; i < 3; i += 1) await host.submit();
    const read = () => load.read();
    // The third waits for its turn within its tenant: nobody could begin it.
    await expect.poll(read, { timeout: 3_000 }).toEqual({ waiting: 3, running: 0, runnable: 2, doing: [] });
    const busy = await fleet.start({ behaviour: except("chunk", stuck), places: 2 });
    await expect.poll(() => busy.loop.leases.size, { timeout: 3_000 }).toBe(2);
    const far = watchLoad(fleet.database, () => busy.loop.leases);
    await expect.poll(() => far.read().doing, { timeout: 5_000 }).toEqual(["capture", "capture"]);
    far.close();
    await expect.poll(() => load.read().running, { timeout: 3_000 }).toBeGreaterThan(0);
    expect(load.read().doing).toEqual([]);
    await busy.stop();
    await fleet.database.close();
    // What was counted last stays while the database is away.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(load.read().running).toBeGreaterThan(0);
  } finally {
    load.close();
  }
});
