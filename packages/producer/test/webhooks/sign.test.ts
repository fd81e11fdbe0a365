import { expect, it } from "vitest";

import { parseSecret } from "../../src/webhooks/secret.ts";
import { webhookHeaders } from "../../src/webhooks/sign.ts";

it("signs as the specification's own example", () => {
  const secret = parseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  if (!secret) throw new Error("the secret is none");
  const headers = webhookHeaders(
    secret,
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    '{"test": 2432232314}',
    1_614_265_330_999,
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

const base64 = (bytes: number) => Buffer.alloc(bytes, 1).toString("base64");

it.each([24, 32, 64])("a secret may have %i bytes", (bytes) => {
  expect(parseSecret(`whsec_${base64(bytes)}`)).toEqual(Buffer.alloc(bytes, 1));
});

it.each([
  `whsec_${base64(23)}`,
  `whsec_${base64(65)}`,
  base64(32),
  "whsec_",
  `whsec_${base64(32)} `,
  "whsec_§§",
])("%j is no secret", (text) => expect(parseSecret(text)).toBeNull());
