-- Texts are compared in Unicode's composed form, and identities without separators and in capitals. Rows that may hold another form are marked:
-- their words are written again (see WriteWords), and their columns with them. The file of the same name for the other database differs in its patterns alone.

-- +goose Up
UPDATE cases SET stale = TRUE WHERE search GLOB '*[^' || char(1) || '-' || char(172) || char(174) || '-' || char(255) || ']*'
    OR reporter_id GLOB '*[^0-9A-Z]*' OR patient_id GLOB '*[^0-9A-Z]*';
