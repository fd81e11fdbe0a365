-- Secrets that all processes share, made by the first that needs them.
CREATE TABLE framewright.secrets (
  name  text PRIMARY KEY,
  value bytea NOT NULL
);
