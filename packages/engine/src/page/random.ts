/** One seed for every page: the same composition draws the same random numbers in every run. */
const SEED = 0x5eed;

/** Mulberry32 (Tommy Ettinger): 32 bits of state, uniform enough for pictures. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  };
}

export function installRandom(): void {
  const next = mulberry32(SEED);
  Math.random = () => next() / 2 ** 32;

  Crypto.prototype.getRandomValues = function getRandomValues<T extends ArrayBufferView>(array: T): T {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = next();
    return array;
  };
  // RFC 9562, version 4.
  Crypto.prototype.randomUUID = function randomUUID() {
    const hex = Array.from(this.getRandomValues(new Uint8Array(16)), (byte, i) => {
      const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte;
      return marked.toString(16).padStart(2, "0");
    }).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
