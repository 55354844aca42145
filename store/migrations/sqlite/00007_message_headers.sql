-- Headers that tell a message's journey (x-rivta-…), as they came and as they go on to the receiver. '' for what was accepted before they were kept.

-- +goose Up
ALTER TABLE message ADD COLUMN headers TEXT NOT NULL DEFAULT '';
