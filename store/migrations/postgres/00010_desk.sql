-- Files of notes, the cases that a list showed, and the way to cases without a unit. The file of the same name for the other database differs in types and
-- triggers alone.

-- +goose Up
ALTER TABLE desk_event ADD COLUMN files TEXT NOT NULL DEFAULT ''; -- owner of its files in desk_file; '' none
CREATE INDEX desk_event_files ON desk_event (files) WHERE files <> '';

-- Cases whose unit, where it happened, is not known.
CREATE INDEX cases_placeless ON cases (unit, received, id, state, via, kind, assignee, area, protected) WHERE incident_unit = '';
CREATE INDEX cases_placeless_received ON cases (received, id, unit, state, via, kind, assignee, area, protected) WHERE incident_unit = '';

ALTER TABLE access_log ADD COLUMN cases TEXT NOT NULL DEFAULT ''; -- JSON: ids of the cases that a list showed, by unit

-- Where a case was shown in a list: the way to rows of access_log whose cases name it.
CREATE TABLE access_case (
    case_id TEXT NOT NULL,
    seq     BIGINT NOT NULL, -- of the row
    unit    TEXT NOT NULL, -- that had the case then, in upper case
    PRIMARY KEY (case_id, seq)
);
CREATE TRIGGER access_case_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON access_case FOR EACH STATEMENT EXECUTE FUNCTION access_log_kept();
