-- +goose Up
-- What the citizen's side brings: one step for the whole release. Only additions that the program before can live with.
INSERT INTO schema_step (version) VALUES (2);
