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
    doc     TEXT NOT NULL,
    PRIMARY KEY (case_id, n)
);
CREATE INDEX case_reporter_person ON case_reporter (person) WHERE sees;
