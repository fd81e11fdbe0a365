import { join } from "node:path";

import { openFileStore } from "./file-store.ts";
import type { OnStoreWarning, Store } from "./port.ts";
import type { StoreLocation } from "./store-url.ts";

export interface StoreSettings {
  readonly dataDir: string;
  /** (Default: a folder in the data folder.) */
  readonly storeUrl?: StoreLocation | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly s3Region: string;
  readonly s3PathStyle: boolean;
  readonly s3Redirect: boolean;
}

/** Opens the store that is configured. Throws a plain Error that says why when a folder cannot be written. */
export async function openStore(settings: StoreSettings, onWarning: OnStoreWarning): Promise<Store> {
  const location = settings.storeUrl ?? { kind: "folder", dir: join(settings.dataDir, "store") };
  if (location.kind === "folder") return openFileStore(location.dir, { onWarning });
  // Amazon's SDK takes its time to load: only for those who need it.
  const { openS3Store } = await import("./s3-store.ts");
  return openS3Store({
    bucket: location.bucket,
    prefix: location.prefix,
    region: settings.s3Region,
    endpoint: settings.s3Endpoint,
    pathStyle: settings.s3PathStyle,
    redirect: settings.s3Redirect,
    onWarning,
  });
}
