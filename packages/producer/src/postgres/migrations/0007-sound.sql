-- A render's sound is a part of it beside its chunks: made, kept and used again like them, but without frames.
ALTER TABLE framewright.chunks ADD COLUMN kind text NOT NULL DEFAULT 'frames' CHECK (kind IN ('frames', 'sound'));
