import { Counter, Gauge, type Registry } from "prom-client";

/** A counter with one label, each of whose values shows from the start. */
export function addCounters<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: readonly L[],
): (value: L) => void {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return (value) => counter.inc({ [label]: value });
}

/** A gauge that is read whenever somebody asks. */
export function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    }),
  );
}

/** Gauges with one label, read whenever somebody asks; `read` always gives the same keys. */
export function addGauges<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Readonly<Record<L, number>>,
): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        for (const [value, number] of Object.entries<number>(read())) this.set({ [label]: value }, number);
      },
    }),
  );
}
