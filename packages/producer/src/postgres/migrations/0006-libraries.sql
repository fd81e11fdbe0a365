-- Bytes that pages were served in the place of CDNs, by their SHA-512 in hex. They outlive the renders that used them.
CREATE TABLE framewright.libraries (
  hash    text PRIMARY KEY,
  used_at timestamptz NOT NULL DEFAULT now()
);
