-- Envelopes with large attachments, in pieces: nobody ever holds a whole one to deliver it. Their row in message_body is empty.

-- +goose Up
CREATE TABLE message_chunk (
    message_id TEXT NOT NULL REFERENCES message (id),
    n          BIGINT NOT NULL, -- from 0
    part       BYTEA NOT NULL,
    PRIMARY KEY (message_id, n)
);
ALTER TABLE message_chunk ALTER COLUMN part SET STORAGE EXTERNAL;
