-- Whether the chunk's page has to be stepped through every frame before it: brought there at once, it showed something else.
ALTER TABLE framewright.chunks ADD COLUMN steps boolean NOT NULL DEFAULT false;
