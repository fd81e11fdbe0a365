-- What is known of the pictures at a chunk's ends, by which it is proved that it goes on where the one before ends; null where it was made before this.
ALTER TABLE framewright.chunk_files ADD COLUMN seams jsonb;
-- Whether the chunk's page has to draw every frame before it.
ALTER TABLE framewright.chunks ADD COLUMN history boolean NOT NULL DEFAULT false;
