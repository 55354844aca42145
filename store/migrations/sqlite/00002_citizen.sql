-- +goose Up
-- What the citizen's side brings: one step for the whole release. Only additions that the program before can live with.
INSERT INTO schema_step (version) VALUES (2);

-- Standard replies on three levels, registration numbers that are given by a series, and opinions that boards ask for.

-- phrase.unit is whose a standard reply is: of a unit or provider the HSA-id in upper case, of a region its code, of a
-- person the account. What was there before is the units'.
ALTER TABLE phrase ADD COLUMN level TEXT NOT NULL DEFAULT 'unit'; -- person, unit, provider or region
ALTER TABLE phrase ADD COLUMN side TEXT NOT NULL DEFAULT ''; -- kind of the units of a provider or region

-- How registration numbers are made. Rows are never deleted.
CREATE TABLE series (
    level   TEXT NOT NULL, -- unit, provider or region
    holder  TEXT NOT NULL, -- as in phrase
    side    TEXT NOT NULL,
    pattern TEXT NOT NULL,
    active  BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (level, holder, side)
);
-- The last number that a series gave in a year; year 0 for patterns without a year. It only ever grows.
CREATE TABLE series_last (
    level  TEXT NOT NULL,
    holder TEXT NOT NULL,
    side   TEXT NOT NULL,
    year   BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (level, holder, side, year)
);
CREATE INDEX desk_number ON desk (diary) WHERE diary <> '';

-- The words of a case's registration numbers, which are in case_search.words too.
ALTER TABLE case_search ADD COLUMN numbers TEXT NOT NULL DEFAULT '';
UPDATE case_search SET numbers = COALESCE((
    WITH RECURSIVE word (rest, one) AS (
        SELECT replace(replace(replace(replace(lower(trim(d.diary)), 'Å', 'å'), 'Ä', 'ä'), 'Ö', 'ö'), 'É', 'é') || ' ', ''
        FROM desk d WHERE d.case_id = case_search.case_id AND d.diary <> ''
        UNION ALL
        SELECT ltrim(substr(rest, instr(rest, ' ') + 1)), substr(rest, 1, instr(rest, ' ') - 1) FROM word WHERE rest <> ''
    )
    SELECT group_concat(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(hex(one)),
        '0', 'g'), '1', 'h'), '2', 'i'), '3', 'j'), '4', 'k'), '5', 'l'), '6', 'm'), '7', 'n'), '8', 'o'), '9', 'p'), ' ') || ' '
    FROM word WHERE one <> ''), '')
WHERE case_id IN (SELECT case_id FROM desk WHERE diary <> '');
UPDATE case_search SET words = words || numbers WHERE numbers <> '';

-- What a patient board asks a unit to say of a case that stays with the board. The unit reads the letter and nothing
-- else of the case. Files of an answer under way are in desk_file, by the opinion's id.
CREATE TABLE opinion (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL REFERENCES cases (id), -- the board's
    board        TEXT NOT NULL, -- in upper case
    unit         TEXT NOT NULL, -- that is asked, in upper case
    state        TEXT NOT NULL, -- asked, answered or recalled
    due          TEXT NOT NULL, -- YYYY-MM-DD; '' none
    letter       TEXT NOT NULL,
    draft        TEXT NOT NULL, -- text of the answer, while it is written
    version      BIGINT NOT NULL,
    asked_id     TEXT NOT NULL,
    asked_name   TEXT NOT NULL,
    asked        BIGINT NOT NULL,
    answered_id   TEXT NOT NULL DEFAULT '',
    answered_name TEXT NOT NULL DEFAULT '',
    answered     BIGINT NOT NULL DEFAULT 0,
    seen         BIGINT NOT NULL DEFAULT 0, -- when the board looked at the answer
    recalled     BOOLEAN NOT NULL DEFAULT FALSE -- the consent was withdrawn: the letter is not read any more
);
CREATE INDEX opinion_unit ON opinion (unit, state, asked);
CREATE INDEX opinion_case ON opinion (case_id, asked);
CREATE INDEX opinion_news ON opinion (board, case_id) WHERE state = 'answered' AND seen = 0;

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
    sees    BOOLEAN NOT NULL, -- a former one still sees what came before; the same in all rows of one person
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
) WITHOUT ROWID;
CREATE UNIQUE INDEX statistic_case ON statistic (case_id);

-- Cases whose reporter gave no number: a mark to list them by, and the SHA-256 of the code that follows one from the
-- open page, '' where there is none. No case of before has such a reporter: their identities had other types.
CREATE TABLE case_unnumbered (
    case_id TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    code    TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX case_unnumbered_code ON case_unnumbered (code) WHERE code <> '';

-- Signatures of calls that were let in, each until its message would be too old anyway.
CREATE TABLE signature_seen (
    id    TEXT PRIMARY KEY, -- SHA-256 of what was signed and by which key
    until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX signature_seen_until ON signature_seen (until);

-- Sessions end when they are not used, and their owner sees which there are. The program before knows one end, and its
-- sessions have 0 and '' here.
ALTER TABLE web_session ADD COLUMN ends BIGINT NOT NULL DEFAULT 0; -- at the latest; expires comes before, without use
ALTER TABLE web_session ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE web_session ADD COLUMN way TEXT NOT NULL DEFAULT ''; -- of signing in
ALTER TABLE web_session ADD COLUMN origin TEXT NOT NULL DEFAULT ''; -- the network that it began from, roughly
ALTER TABLE web_session ADD COLUMN browser TEXT NOT NULL DEFAULT '';

-- The code with which the person of an account sets a password: its SHA-256 until it is used, '' none.
ALTER TABLE account ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN code_until BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX account_code ON account (code) WHERE code <> '';

-- Answers that the line refused and nobody has dealt with.
CREATE INDEX outgoing_failed ON outgoing (case_id) WHERE state = 'failed';

-- What one person asked for and another must confirm. They are never removed.
CREATE TABLE second_person (
    id           TEXT PRIMARY KEY,
    duty         TEXT NOT NULL, -- redirect or new_address
    work         TEXT NOT NULL, -- JSON of what is to be done
    address      TEXT NOT NULL, -- where to, as it is shown; several parted by blanks
    reason       TEXT NOT NULL,
    asker        TEXT NOT NULL,
    asker_name   TEXT NOT NULL,
    asked        BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    state        TEXT NOT NULL, -- waiting, confirmed, refused or failed
    decider      TEXT NOT NULL,
    decider_name TEXT NOT NULL,
    decided      BIGINT NOT NULL -- 0 not
);
CREATE INDEX second_person_asked ON second_person (asked);
