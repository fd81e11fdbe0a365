import { S3Client } from "@aws-sdk/client-s3";

import type { OnStoreWarning } from "./port.ts";

/** Where in S3 the files are. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly onWarning: OnStoreWarning;
}

export interface S3Options {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** Amazon's when it is undefined. */
  readonly endpoint?: string | undefined;
  /** For an endpoint: whether the bucket is in the path. */
  readonly pathStyle: boolean;
  /** Whether `presign` gives links. */
  readonly redirect: boolean;
  /** (Default: wherever Amazon's SDK looks for them.) */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly onWarning: OnStoreWarning;
}

const CONNECT_MS = 5_000;
/** How long a connection may be silent; joining the parts of a large file takes a server some seconds. */
const SILENCE_MS = 10_000;
/** Each request gets a connection at once: among few, those who read slowly would keep all others waiting. */
const AGENT = { maxSockets: Number.POSITIVE_INFINITY };

export function openBucket(options: S3Options): S3Bucket {
  const { bucket, prefix, region, endpoint, pathStyle, credentials, onWarning } = options;
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint, forcePathStyle: pathStyle }),
    ...(credentials && { credentials: { ...credentials } }),
    // What is tried again, and for how long, is decided in one place: ours.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: AGENT,
      httpsAgent: AGENT,
    },
    // Many servers that speak S3 know no other checksums than those of the signature.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { client, bucket, prefix, onWarning };
}
