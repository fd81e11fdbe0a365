-- What a chunk has to tell besides its frames, for every render that takes it; null where it was made before this.
ALTER TABLE framewright.chunk_files ADD COLUMN findings jsonb;
