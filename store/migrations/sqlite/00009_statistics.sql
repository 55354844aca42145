-- What statistics count, month by month of receipt: nothing of a person but age and sex. The file of the same name for the other database differs in
-- types and storage alone.

-- +goose Up
CREATE TABLE statistics_month (
    month    TEXT PRIMARY KEY, -- YYYYMM, Swedish
    cases    BIGINT NOT NULL, -- how many, and the sum of their versions: where the tables say the same, the month is current
    versions BIGINT NOT NULL,
    facts    BLOB NOT NULL
);
CREATE INDEX cases_month ON cases (received_month, version);
