/** A longer timer would fire at once: 24.8 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
