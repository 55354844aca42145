-- What people do with a case beside messages. The file of the same name for the other database differs in types and JSON alone.

-- +goose Up
ALTER TABLE cases ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN kind TEXT NOT NULL DEFAULT ''; -- of the handler: care_unit or patient_board
ALTER TABLE cases ADD COLUMN assignee TEXT NOT NULL DEFAULT ''; -- user id; of the unit that has the case now
ALTER TABLE cases ADD COLUMN parked_until BIGINT NOT NULL DEFAULT 0; -- 0: not parked
ALTER TABLE cases ADD COLUMN protected BOOLEAN NOT NULL DEFAULT FALSE; -- identity
ALTER TABLE cases ADD COLUMN stale BOOLEAN NOT NULL DEFAULT TRUE; -- its words are still to be written
UPDATE cases SET due = received + 2419200000000, kind = COALESCE(doc::json #>> '{Case,handler,kind}', '');
-- Each list has its order in an index, which holds what lists are narrowed by: the cases themselves are large.
DROP INDEX cases_state;
DROP INDEX cases_unit;
DROP INDEX cases_received;
CREATE INDEX cases_received ON cases (received, id, unit, state, via, kind, area);
CREATE INDEX cases_unit ON cases (unit, received, id, state, via, kind, assignee, area, protected);
CREATE INDEX cases_open_due ON cases (due, id, unit, state, via, kind, assignee, parked_until, area, received, protected) WHERE state <> 'closed';
CREATE INDEX cases_closed ON cases (received, id, unit, via, kind, assignee, area, protected) WHERE state = 'closed';
CREATE INDEX cases_assignee ON cases (assignee, received, id, state, unit, via, kind, parked_until) WHERE assignee <> '';
CREATE INDEX cases_area ON cases (area, received, id, state, unit, via, kind) WHERE area <> '';
CREATE INDEX cases_row ON cases (id, state, unit, via, kind, assignee, area, received, due, parked_until, protected);
CREATE INDEX cases_stale ON cases (id) WHERE stale;
CREATE INDEX case_code_code ON case_code (code, kind, case_id);

-- The beginnings of what a case may be looked for by.
CREATE TABLE case_word (
    word    TEXT COLLATE "C" NOT NULL, -- in lower case
    case_id TEXT NOT NULL,
    PRIMARY KEY (word, case_id)
);
CREATE INDEX case_word_case ON case_word (case_id, word);

-- One desk for each unit that has had the case; that of the present handler counts.
CREATE TABLE desk (
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- in upper case
    version BIGINT NOT NULL,
    diary   TEXT NOT NULL, -- registration number; '' none
    doc     TEXT NOT NULL,
    PRIMARY KEY (case_id, unit)
);
CREATE UNIQUE INDEX desk_diary ON desk (unit, diary) WHERE diary <> '';

-- Only ever added to.
CREATE TABLE desk_event (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- whose desk, in upper case: others do not see it
    kind    TEXT NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    doc     TEXT NOT NULL
);
CREATE INDEX desk_event_case ON desk_event (case_id, seq);

CREATE TABLE draft (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- in upper case
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    form    TEXT NOT NULL,
    body    TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    UNIQUE (case_id, unit, by_id, form)
);

-- Files of a draft, or of an answer that is still to leave. Apart, so that no list ever reads them.
CREATE TABLE desk_file (
    owner      TEXT NOT NULL, -- id of the draft or of the outgoing answer
    n          BIGINT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    value      BYTEA NOT NULL,
    PRIMARY KEY (owner, n)
);

-- Standard replies of a unit.
CREATE TABLE phrase (
    id       TEXT PRIMARY KEY,
    unit     TEXT NOT NULL, -- in upper case
    kind     TEXT NOT NULL, -- the form that it is for
    title    TEXT NOT NULL,
    text     TEXT NOT NULL,
    position BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    by_id    TEXT NOT NULL,
    by_name  TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX phrase_unit ON phrase (unit, kind, position, title, id);

-- Answers that wait for their few seconds of undo, and those that the line refused then.
CREATE TABLE outgoing (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL REFERENCES cases (id),
    unit         TEXT NOT NULL, -- in upper case
    by_id        TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    form         TEXT NOT NULL,
    draft        TEXT NOT NULL, -- what was typed
    message_id   TEXT NOT NULL UNIQUE,
    answer       TEXT NOT NULL, -- the update, as JSON
    case_version BIGINT NOT NULL,
    staged       BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    state        TEXT NOT NULL, -- waiting or failed
    reason       TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    lease_until  BIGINT
);
CREATE UNIQUE INDEX outgoing_waiting ON outgoing (case_id) WHERE state = 'waiting';
CREATE INDEX outgoing_due ON outgoing (due, id) WHERE state = 'waiting';
CREATE INDEX outgoing_case ON outgoing (case_id);

-- Files are compressed already.
ALTER TABLE desk_file ALTER COLUMN value SET STORAGE EXTERNAL;
