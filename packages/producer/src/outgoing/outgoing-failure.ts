/** A request of the service's own that was not sent, or had no answer in time. */
export class OutgoingFailure extends Error {
  override readonly name = "OutgoingFailure";
  readonly code: "address-not-allowed" | "timeout";

  constructor(code: OutgoingFailure["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The address of a host may not be contacted. */
export function addressRefused(host: string, port: number): OutgoingFailure {
  return new OutgoingFailure(
    "address-not-allowed",
    `${host}:${port} is not a public address, and not among the hosts of PRODUCER_OUTGOING_HOSTS.`,
  );
}
