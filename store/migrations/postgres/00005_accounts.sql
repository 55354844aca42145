-- Who signs in, their sessions, and the log of what they look at and do. The file of the same name for the other database differs in types and triggers alone.

-- +goose Up
CREATE TABLE account (
    id         TEXT PRIMARY KEY, -- what is typed at sign-in, folded; or the identity provider's subject
    name       TEXT NOT NULL,
    source     TEXT NOT NULL, -- local, or the identity provider's issuer
    password   TEXT NOT NULL, -- argon2id in PHC's form; '' none
    changes    BOOLEAN NOT NULL, -- the password must be changed before anything else
    disabled   BOOLEAN NOT NULL,
    demo       BOOLEAN NOT NULL, -- made for the demo, and of no use elsewhere
    grants     TEXT NOT NULL, -- JSON
    epoch      BIGINT NOT NULL, -- sessions of an earlier one are over
    created    BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    signed_in  BIGINT NOT NULL -- 0 never
);

CREATE TABLE web_session (
    token   TEXT PRIMARY KEY, -- SHA-256 of what the browser has
    account TEXT NOT NULL, -- '' nobody's yet
    data    BYTEA NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX web_session_account ON web_session (account, created);
CREATE INDEX web_session_expires ON web_session (expires);

-- Tries that did not succeed, or are under way. Keyed digests of names and addresses.
CREATE TABLE sign_in (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX sign_in_account ON sign_in (account, at);
CREATE INDEX sign_in_address ON sign_in (address, at);
CREATE INDEX sign_in_at ON sign_in (at);

-- Keys that were made here, each once.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- The access log. Each row's hash is over the one before it and over its own fields; the head tells where the chain ends.
CREATE TABLE access_log (
    seq     BIGINT PRIMARY KEY, -- 1, 2, 3 … without a gap
    at      BIGINT NOT NULL,
    who     TEXT NOT NULL,
    name    TEXT NOT NULL,
    roles   TEXT NOT NULL,
    what    TEXT NOT NULL,
    case_id TEXT NOT NULL,
    unit    TEXT NOT NULL, -- HSA-id in upper case
    kind    TEXT NOT NULL, -- of the unit
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    search  TEXT NOT NULL, -- keyed digest of a personal number that was searched for
    about   BIGINT NOT NULL, -- the row that a check is of; 0 none
    hash    TEXT NOT NULL
);
CREATE INDEX access_log_case ON access_log (case_id, seq) WHERE case_id <> '';
CREATE INDEX access_log_who ON access_log (who, seq);
CREATE INDEX access_log_unit ON access_log (unit, seq);
CREATE INDEX access_log_kind ON access_log (kind, seq);
CREATE INDEX access_log_what ON access_log (what, seq);
CREATE INDEX access_log_at ON access_log (at, seq);
CREATE INDEX access_log_search ON access_log (search, seq) WHERE search <> '';
CREATE INDEX access_log_about ON access_log (about, seq) WHERE about > 0;
CREATE TABLE access_head (
    id   INTEGER PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO access_head (id, seq, hash) VALUES (1, 0, '');
-- +goose StatementBegin
CREATE FUNCTION access_log_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the access log is only ever added to'; END $$;
-- +goose StatementEnd
CREATE TRIGGER access_log_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION access_log_kept();
