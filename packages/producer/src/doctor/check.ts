export interface DoctorCheck {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly remedy?: string | undefined;
}

export function ok(name: string, detail: string): DoctorCheck {
  return { name, status: "ok", detail };
}

export function warn(name: string, detail: string, remedy: string): DoctorCheck {
  return { name, status: "warn", detail, remedy };
}

export function fail(name: string, detail: string, remedy: string): DoctorCheck {
  return { name, status: "fail", detail, remedy };
}
