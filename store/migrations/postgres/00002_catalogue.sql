-- The catalogue that is kept here: one draft, whole versions, and who did what.

-- +goose Up
CREATE TABLE catalogue_version (
    number      BIGINT PRIMARY KEY, -- 1, 2, 3 …; what is due later has the higher number
    base        BIGINT NOT NULL, -- the version before it; 0 for none
    restores    BIGINT NOT NULL, -- the version that it rolled back to; else 0
    by_whom     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    published   BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    cancelled   BIGINT,
    units       BIGINT NOT NULL,
    routes      BIGINT NOT NULL,
    permissions BIGINT NOT NULL
);

-- Apart, so that no list ever reads it.
CREATE TABLE catalogue_content (
    number BIGINT PRIMARY KEY REFERENCES catalogue_version (number),
    doc    BYTEA NOT NULL
);

-- One row, for ever: the revision counts every change of the draft, of all drafts.
CREATE TABLE catalogue_draft (
    id       BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL,
    open     BOOLEAN NOT NULL, -- else it is the latest version, unchanged
    base     BIGINT NOT NULL,
    by_whom  TEXT NOT NULL,
    changed  BIGINT NOT NULL,
    doc      BYTEA
);
INSERT INTO catalogue_draft (id, revision, open, base, by_whom, changed) VALUES (1, 0, FALSE, 0, '', 0);

-- Only ever added to.
CREATE TABLE catalogue_event (
    seq      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verb     TEXT NOT NULL, -- edit, rebase, discard, publish, rollback, cancel, accept
    version  BIGINT NOT NULL, -- 0 for the draft
    revision BIGINT NOT NULL, -- of the draft, after it
    by_whom  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    changes  BIGINT NOT NULL,
    what     TEXT NOT NULL, -- a line for each change, the first ones
    at       BIGINT NOT NULL
);

-- Answers of a catalogue's source that shrank too much to be taken without a word from a person.
CREATE TABLE catalogue_held (
    digest             TEXT PRIMARY KEY, -- of the answer
    source             TEXT NOT NULL,
    routes_before      BIGINT NOT NULL,
    routes             BIGINT NOT NULL,
    permissions_before BIGINT NOT NULL,
    permissions        BIGINT NOT NULL,
    at                 BIGINT NOT NULL,
    accepted           BIGINT,
    by_whom            TEXT NOT NULL,
    reason             TEXT NOT NULL
);
