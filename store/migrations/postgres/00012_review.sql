-- Samples of the access log that a reviewer works through, and the calls that were refused. The file of the same name for the other database differs in
-- types alone.

-- +goose Up
CREATE TABLE review_sample (
    number     BIGINT PRIMARY KEY, -- from 1
    kind       TEXT NOT NULL, -- side of the wall
    units      TEXT NOT NULL, -- JSON: the units that the reviewer might see, in upper case; '' all of the side
    asked      TEXT NOT NULL, -- JSON: what was chosen from; a person's number is not in it
    maker_id   TEXT NOT NULL,
    maker_name TEXT NOT NULL,
    made       BIGINT NOT NULL,
    ended      BIGINT NOT NULL DEFAULT 0, -- 0: not yet
    ender_id   TEXT NOT NULL DEFAULT '',
    ender_name TEXT NOT NULL DEFAULT '',
    conclusion TEXT NOT NULL DEFAULT ''
);
CREATE TABLE review_sample_row (
    sample    BIGINT NOT NULL REFERENCES review_sample (number),
    position  BIGINT NOT NULL, -- from 1
    seq       BIGINT NOT NULL, -- of the row in access_log
    checked   BIGINT NOT NULL DEFAULT 0, -- seq of the check in access_log; 0: not noted yet
    deviation SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (sample, position)
);

CREATE TABLE refused_call (
    contract     TEXT NOT NULL, -- namespace; 'other' where it is none of ours
    code         TEXT NOT NULL, -- VP code or sub code
    sender       TEXT NOT NULL, -- HSA-id; '' not known
    count        BIGINT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    correlations TEXT NOT NULL, -- JSON: the latest ten, the last first
    PRIMARY KEY (contract, code, sender)
);
CREATE INDEX refused_call_last ON refused_call (last_at);
