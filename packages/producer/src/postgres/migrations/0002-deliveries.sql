-- Webhooks: what is to be told to whom, and how each attempt went.

CREATE TABLE framewright.deliveries (
  id           uuid PRIMARY KEY,
  render_id    uuid NOT NULL REFERENCES framewright.renders ON DELETE CASCADE,
  event        text NOT NULL,
  url          text NOT NULL,
  -- The body, the same in every attempt.
  payload      jsonb NOT NULL,
  state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  -- In order; the number of them fences a late or doubled attempt.
  attempts     jsonb NOT NULL DEFAULT '[]',
  next_at      timestamptz DEFAULT now(),
  created_at   timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,
  -- An event is told once, however often it is put here.
  UNIQUE (render_id, event)
);
