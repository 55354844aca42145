-- Sequence numbers whose message was refused for good: they count as seen. The file of the same name for the other database differs in how the table is laid out.

-- +goose Up
CREATE TABLE refused_number (
    case_id  TEXT NOT NULL,
    sender   TEXT NOT NULL, -- in upper case
    sequence BIGINT NOT NULL,
    PRIMARY KEY (case_id, sender, sequence)
);
