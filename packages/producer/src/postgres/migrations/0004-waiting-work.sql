-- What the work that has not ended will take a worker's machine, for whoever decides how many of them there should be:
-- more than nothing for as long as anything needs one. Renders that wait for others of their tenant need none yet.
CREATE OR REPLACE VIEW framewright.waiting_work_seconds AS
  SELECT coalesce(sum(work.seconds), 0)::float8 AS seconds FROM (
    -- A guess, until there is a plan; then what is left of its chunks, and joining them.
    SELECT CASE WHEN r.plan IS NULL THEN 30
      ELSE (r.plan -> 'estimate' ->> 'seconds')::float8 * c.waiting / greatest(1, c.chunks) + 5 END AS seconds
    FROM framewright.renders r
    CROSS JOIN LATERAL (
      SELECT count(*) AS chunks, count(*) FILTER (WHERE state = 'waiting') AS waiting
      FROM framewright.chunks WHERE render_id = r.id
    ) c
    WHERE r.finished_at IS NULL AND r.released
    UNION ALL
    SELECT 5 FROM framewright.plans WHERE plan IS NULL AND problem IS NULL AND deadline > now()
  ) work;
