-- Why an attempt did not deliver, as a code with values. The same for both databases.

-- +goose Up
ALTER TABLE attempt ADD COLUMN why TEXT NOT NULL DEFAULT ''; -- JSON: code, values; '' none
