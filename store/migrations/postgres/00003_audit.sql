-- What operators ordered, one line for each order, and what retention took away.

-- +goose Up
CREATE TABLE audit (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verb    TEXT NOT NULL,
    filter  TEXT NOT NULL, -- JSON, as it was given
    address TEXT NOT NULL, -- where a redirect led
    by_whom TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   BIGINT NOT NULL, -- messages, or receivers
    at      BIGINT NOT NULL
);

-- Nothing of a person: which message it was, how it ended, and when it went.
CREATE TABLE purged (
    message_id TEXT PRIMARY KEY,
    contract   TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    state      TEXT NOT NULL,
    accepted   BIGINT NOT NULL,
    done_at    BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX purged_at ON purged (at);
CREATE INDEX delivery_done ON delivery (done_at, seq) WHERE done_at IS NOT NULL;
CREATE INDEX lane_case ON lane (case_id) WHERE case_id IS NOT NULL;
