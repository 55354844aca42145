-- What a running gateway writes to see that it can, and which steps of the schema the program before can live with. The file of the same name for the
-- other database is the same.

-- +goose Up
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL -- of the last write
);
INSERT INTO heartbeat (id, at) VALUES (1, 0);

-- A migration that the program of the version before may run on inserts its own version here.
CREATE TABLE schema_step (
    version BIGINT PRIMARY KEY
);
