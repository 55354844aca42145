-- +goose Up
-- What the citizen's side brings: one step for the whole release. Only additions that the program before can live with.
INSERT INTO schema_step (version) VALUES (2);

-- A stranded message that a person has dismissed, and a pause that belongs to maintenance, say so themselves: their
-- reasons began with a word for it. While both programs run, dismiss nothing and begin no maintenance with the old one.
ALTER TABLE held ADD COLUMN dismissed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE held SET dismissed = TRUE, refused = substr(refused, 12) WHERE refused LIKE 'dismissed: %';
ALTER TABLE pause ADD COLUMN maintenance BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE pause SET maintenance = TRUE, reason = substr(reason, 12) WHERE reason LIKE 'Underhåll: %';

-- Authority: who reports a case, after somebody with a right to it took it over. A case that nobody took over has no
-- row. The last row is the present reporter's; the others have ended.
CREATE TABLE case_reporter (
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    n       BIGINT NOT NULL, -- from 1
    person  TEXT NOT NULL, -- identity, as cases.reporter_id
    until   BIGINT NOT NULL, -- 0: still
    sees    BOOLEAN NOT NULL, -- a former one still sees what came before
    last    BIGINT NOT NULL, -- of a former one: message.seq of the last message that came before
    doc     TEXT NOT NULL,
    PRIMARY KEY (case_id, n)
);
CREATE INDEX case_reporter_person ON case_reporter (person) WHERE sees;

-- Statistics: what is counted of a case, kept for ever. It holds no person, and nothing that leads to one once case_id is
-- gone: months instead of times, groups instead of ages, and a key by chance. It replaces case_fact, in which there is
-- something only where the program before has written it since: FillFacts takes it over and empties it.
CREATE TABLE statistic (
    id             BIGINT PRIMARY KEY, -- by chance, so that no order tells when a row was made
    case_id        TEXT, -- NULL once the case was purged
    unit           TEXT NOT NULL, -- that handles the case, in upper case
    kind           TEXT NOT NULL, -- of that unit
    provider       TEXT NOT NULL, -- of that unit, in upper case
    region         TEXT NOT NULL, -- of that unit
    incident_unit  TEXT NOT NULL, -- where it happened, in upper case
    incident_month INTEGER, -- YYYYMM, Swedish, as the other months
    received_month INTEGER NOT NULL,
    closed_month   INTEGER,
    age            INTEGER, -- when it happened: the first year of a group
    sex            TEXT NOT NULL,
    area           TEXT NOT NULL,
    main_problem   TEXT NOT NULL, -- codes, one a line, as the next two
    sub_problem    TEXT NOT NULL,
    experienced    TEXT NOT NULL,
    weight         INTEGER NOT NULL, -- 0, 1 or 2, by chance and for good: see docs/statistics.md
    mark           BIGINT NOT NULL -- another one after each change
);
CREATE UNIQUE INDEX statistic_case ON statistic (case_id);
