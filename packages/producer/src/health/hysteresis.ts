/**
 * Turns a reading into a state that does not flap: on from `onAt`, off again only below `offBelow`,
 * which is the smaller. Starts off.
 */
export function createHysteresis(onAt: number, offBelow: number): (reading: number) => boolean {
  let on = false;
  return (reading) => (on = reading >= (on ? offBelow : onAt));
}
