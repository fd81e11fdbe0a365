CREATE TABLE framewright.renders (
  id          uuid PRIMARY KEY,
  -- The order of admission: the list's order, and within a tenant the queue's.
  ord         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  tenant      text NOT NULL,
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  request_id  text NOT NULL,
  -- What was asked for, and the snapshot's identity.
  options     jsonb NOT NULL,
  snapshot    jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  started_at  timestamptz,
  finished_at timestamptz,
  deadline    timestamptz NOT NULL,
  -- Whether its plan is in the queue, or has been: a tenant's further renders wait until it may have more at a time.
  released    boolean NOT NULL DEFAULT false,
  progress    jsonb NOT NULL,
  -- Of its chunks together, kept up with each of them.
  frames_done integer NOT NULL DEFAULT 0,
  chunks_left integer NOT NULL DEFAULT 0,
  -- How many frames were done when: what the rate is told from.
  meter       jsonb NOT NULL DEFAULT '[]',
  plan        jsonb,
  -- The composition's own size, which the plan's output size is made from.
  page        jsonb,
  warnings    jsonb NOT NULL DEFAULT '[]',
  reused      jsonb,
  verdict     jsonb,
  artifact    jsonb,
  artifact_key text,
  problem     jsonb,
  -- The losses of its work, and how many of them are charged to the composition.
  charges     jsonb,
  last_event  bigint NOT NULL DEFAULT 0,
  -- How many times it was assembled anew, after chunks that had to be rendered again.
  assemblies  integer NOT NULL DEFAULT 0
);
CREATE INDEX renders_unfinished ON framewright.renders (tenant, state, ord) WHERE finished_at IS NULL;
CREATE INDEX renders_deadline ON framewright.renders (deadline) WHERE finished_at IS NULL;
CREATE INDEX renders_finished ON framewright.renders (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX renders_artifact ON framewright.renders (artifact_key) WHERE artifact_key IS NOT NULL;
CREATE INDEX renders_list ON framewright.renders (tenant, ord DESC);

CREATE TABLE framewright.chunks (
  render_id   uuid NOT NULL REFERENCES framewright.renders ON DELETE CASCADE,
  index       integer NOT NULL,
  start_frame integer NOT NULL,
  end_frame   integer NOT NULL,
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done')),
  -- The content's address: equal hashes have equal frames.
  hash        text NOT NULL,
  -- How often it was put to work: part of its job's identity.
  round       integer NOT NULL DEFAULT 0,
  frames_done integer NOT NULL DEFAULT 0,
  PRIMARY KEY (render_id, index)
);
CREATE INDEX chunks_hash ON framewright.chunks (hash);

-- Finished chunks by content. The row decides which of several attempts' files is the one.
CREATE TABLE framewright.chunk_files (
  hash       text PRIMARY KEY,
  key        text NOT NULL UNIQUE,
  sha256     text NOT NULL,
  bytes      bigint NOT NULL,
  frames     integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX chunk_files_used ON framewright.chunk_files (used_at);

-- Tarballs of compositions by content.
CREATE TABLE framewright.snapshots (
  hash    text PRIMARY KEY,
  bytes   bigint NOT NULL,
  used_at timestamptz NOT NULL DEFAULT now()
);

-- A render's events in order. Of `progress` only the latest is kept.
CREATE TABLE framewright.events (
  render_id uuid NOT NULL REFERENCES framewright.renders ON DELETE CASCADE,
  id        bigint NOT NULL,
  type      text NOT NULL,
  event     jsonb NOT NULL,
  PRIMARY KEY (render_id, id)
);

CREATE TABLE framewright.idempotency_keys (
  tenant       text NOT NULL,
  key          text NOT NULL,
  request_hash text NOT NULL,
  render_id    uuid NOT NULL REFERENCES framewright.renders ON DELETE CASCADE,
  PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_renders ON framewright.idempotency_keys (render_id);

-- Plans without a render: made by a worker, waited for by a caller.
CREATE TABLE framewright.plans (
  id         uuid PRIMARY KEY,
  tenant     text NOT NULL,
  request_id text NOT NULL,
  options    jsonb NOT NULL,
  snapshot   jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  deadline   timestamptz NOT NULL,
  charges    jsonb,
  plan       jsonb,
  problem    jsonb
);

-- Each time that a job was begun. One that has no end was lost with its host.
CREATE TABLE framewright.attempts (
  job_id     uuid NOT NULL,
  attempt    integer NOT NULL,
  owner      text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended      text CHECK (ended IN ('done', 'handed-back', 'failed')),
  PRIMARY KEY (job_id, attempt)
);
CREATE INDEX attempts_started ON framewright.attempts (started_at);

-- What the work that waits will take, for whoever decides how many workers there should be.
CREATE VIEW framewright.waiting_work_seconds AS
  SELECT coalesce(sum((r.plan -> 'estimate' ->> 'seconds')::float8 * c.waiting / greatest(1, c.chunks)), 0)
         + 30.0 * (SELECT count(*) FROM framewright.renders WHERE state = 'queued') AS seconds
  FROM framewright.renders r
  CROSS JOIN LATERAL (
    SELECT count(*) AS chunks, count(*) FILTER (WHERE state = 'waiting') AS waiting
    FROM framewright.chunks WHERE render_id = r.id
  ) c
  WHERE r.state = 'running' AND r.plan IS NOT NULL;
