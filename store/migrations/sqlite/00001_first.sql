-- Times are microseconds since 1970 in UTC. The file of the same name for the other database differs in types, storage and triggers alone.

-- +goose Up
CREATE TABLE cases (
    id             TEXT PRIMARY KEY,
    ref_root       TEXT NOT NULL, -- in upper case
    ref_extension  TEXT NOT NULL,
    state          TEXT NOT NULL,
    unit           TEXT NOT NULL, -- the handler, in upper case
    kind           TEXT NOT NULL DEFAULT '', -- of the handler: care_unit or patient_board
    via            TEXT NOT NULL,
    received       BIGINT NOT NULL,
    due            BIGINT NOT NULL DEFAULT 0,
    changed        BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    forward_due    BOOLEAN NOT NULL,
    reporter_id    TEXT NOT NULL,
    patient_id     TEXT NOT NULL,
    area           TEXT NOT NULL,
    incident_unit  TEXT NOT NULL, -- where it happened, in upper case
    closed_month   TEXT NOT NULL, -- YYYYMM, Swedish; '' not closed
    assignee       TEXT NOT NULL DEFAULT '', -- user id; of the unit that has the case now
    parked_until   BIGINT NOT NULL DEFAULT 0, -- 0: not parked
    protected      BOOLEAN NOT NULL DEFAULT FALSE, -- identity
    doc            TEXT NOT NULL
);
CREATE UNIQUE INDEX cases_ref ON cases (ref_root, ref_extension) WHERE ref_extension <> '';
CREATE INDEX cases_extension ON cases (ref_extension) WHERE ref_extension <> '';
CREATE INDEX cases_reporter ON cases (reporter_id) WHERE reporter_id <> '';
CREATE INDEX cases_patient ON cases (patient_id) WHERE patient_id <> '';
CREATE INDEX cases_forward_due ON cases (changed) WHERE forward_due;
-- Each list has its order in an index, which holds what lists are narrowed by: the cases themselves are large.
CREATE INDEX cases_received ON cases (received, id, unit, state, via, kind, area);
CREATE INDEX cases_unit ON cases (unit, received, id, state, via, kind, assignee, area, protected);
CREATE INDEX cases_open_due ON cases (due, id, unit, state, via, kind, assignee, parked_until, area, received, protected) WHERE state <> 'closed';
CREATE INDEX cases_closed ON cases (received, id, unit, via, kind, assignee, area, protected) WHERE state = 'closed';
CREATE INDEX cases_assignee ON cases (assignee, received, id, state, unit, via, kind, parked_until) WHERE assignee <> '';
CREATE INDEX cases_area ON cases (area, received, id, state, unit, via, kind) WHERE area <> '';
CREATE INDEX cases_row ON cases (id, state, unit, via, kind, assignee, area, received, due, parked_until, protected);
-- Cases whose unit, where it happened, is not known.
CREATE INDEX cases_placeless ON cases (unit, received, id, state, via, kind, assignee, area, protected) WHERE incident_unit = '';
CREATE INDEX cases_placeless_received ON cases (received, id, unit, state, via, kind, assignee, area, protected) WHERE incident_unit = '';

-- The ids that handling systems gave their cases.
CREATE TABLE case_external (
    root      TEXT NOT NULL, -- in upper case
    extension TEXT NOT NULL,
    case_id   TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (root, extension)
);

CREATE TABLE case_code (
    case_id TEXT NOT NULL REFERENCES cases (id),
    kind    TEXT NOT NULL, -- main_problem, sub_problem, experienced
    code    TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, code)
);
CREATE INDEX case_code_code ON case_code (code, kind, case_id);

-- What a case is found by: words of ids, names and identities, each written in letters (see token in store/search.go).
CREATE TABLE case_search (
    n       INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE,
    words   TEXT NOT NULL -- a blank before and after each
);
CREATE VIRTUAL TABLE case_search_match USING fts5 (words, content = 'case_search', content_rowid = 'n', detail = 'none', columnsize = 0);
-- +goose StatementBegin
CREATE TRIGGER case_search_added AFTER INSERT ON case_search BEGIN
    INSERT INTO case_search_match (rowid, words) VALUES (new.n, new.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_search_gone AFTER DELETE ON case_search BEGIN
    INSERT INTO case_search_match (case_search_match, rowid, words) VALUES ('delete', old.n, old.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_search_changed AFTER UPDATE ON case_search BEGIN
    INSERT INTO case_search_match (case_search_match, rowid, words) VALUES ('delete', old.n, old.words);
    INSERT INTO case_search_match (rowid, words) VALUES (new.n, new.words);
END;
-- +goose StatementEnd

-- What statistics count: one row a case, and nothing of a person but age and sex. It is written with its case.
CREATE TABLE case_fact (
    case_id        TEXT PRIMARY KEY,
    unit           TEXT NOT NULL, -- that handles the case, in upper case
    kind           TEXT NOT NULL, -- of that unit
    provider       TEXT NOT NULL, -- of that unit, in upper case
    region         TEXT NOT NULL, -- of that unit
    incident_unit  TEXT NOT NULL, -- where it happened, in upper case
    incident_month INTEGER, -- YYYYMM, Swedish, as the other months
    received       BIGINT NOT NULL,
    received_month INTEGER NOT NULL,
    closed_month   INTEGER,
    age            INTEGER, -- whole years
    sex            TEXT NOT NULL,
    area           TEXT NOT NULL,
    main_problem   TEXT NOT NULL, -- codes, one a line, as the next two
    sub_problem    TEXT NOT NULL,
    experienced    TEXT NOT NULL,
    mark           BIGINT NOT NULL -- another one after each change
) WITHOUT ROWID;

CREATE TABLE case_sender (
    case_id TEXT NOT NULL REFERENCES cases (id),
    sender  TEXT NOT NULL, -- in upper case
    last    BIGINT NOT NULL, -- the highest sequence number applied
    PRIMARY KEY (case_id, sender)
);

-- Sequence numbers whose message was refused for good: they count as seen.
CREATE TABLE refused_number (
    case_id  TEXT NOT NULL,
    sender   TEXT NOT NULL, -- in upper case
    sequence BIGINT NOT NULL,
    PRIMARY KEY (case_id, sender, sequence)
) WITHOUT ROWID;

-- The idempotency of Accept is this primary key.
CREATE TABLE message_key (
    sender     TEXT NOT NULL, -- in upper case
    contract   TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (sender, contract, key_id)
);

CREATE TABLE message (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    sender       TEXT NOT NULL, -- of the key, in upper case
    contract     TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    call_sender  TEXT NOT NULL,
    receiver     TEXT NOT NULL,
    profile      TEXT NOT NULL,
    via          TEXT NOT NULL,
    route        TEXT NOT NULL,
    correlation  TEXT NOT NULL,
    soap_action  TEXT NOT NULL,
    content_type TEXT NOT NULL,
    headers      TEXT NOT NULL DEFAULT '', -- that tell the message's journey (x-rivta-…), as they came and as they go on to the receiver
    received     BIGINT NOT NULL,
    case_id      TEXT REFERENCES cases (id),
    kind         TEXT NOT NULL,
    sequence     BIGINT NOT NULL,
    late         BOOLEAN NOT NULL,
    receipt      TEXT NOT NULL,
    event        TEXT NOT NULL,
    content      TEXT NOT NULL
);
CREATE INDEX message_case ON message (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX message_sequence ON message (case_id, sender, sequence) WHERE case_id IS NOT NULL;

-- Apart, so that no list ever reads it.
CREATE TABLE message_body (
    message_id TEXT PRIMARY KEY REFERENCES message (id),
    envelope   BLOB NOT NULL
);

-- Envelopes with large attachments, in pieces: nobody ever holds a whole one to deliver it. Their row in message_body is empty.
CREATE TABLE message_chunk (
    message_id TEXT NOT NULL REFERENCES message (id),
    n          BIGINT NOT NULL, -- from 0
    part       BLOB NOT NULL,
    PRIMARY KEY (message_id, n)
);

-- Waiting for a gap in the sequence numbers to close, or refused when its turn came.
CREATE TABLE held (
    message_id TEXT PRIMARY KEY REFERENCES message (id),
    case_id    TEXT NOT NULL REFERENCES cases (id),
    sender     TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    since      BIGINT NOT NULL,
    refused    TEXT NOT NULL
);
CREATE INDEX held_turn ON held (case_id, sender, sequence) WHERE refused = '';
CREATE INDEX held_since ON held (since) WHERE refused = '';

CREATE TABLE inbox (
    message_id TEXT PRIMARY KEY REFERENCES message (id),
    case_id    TEXT REFERENCES cases (id),
    unit       TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX inbox_case ON inbox (case_id);

CREATE TABLE letter (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL REFERENCES message (id),
    case_id    TEXT REFERENCES cases (id),
    kind       TEXT NOT NULL,
    ref        TEXT NOT NULL, -- the sender's message id, which an answer refers to
    unit       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    answered   BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX letter_message ON letter (message_id, kind);
CREATE INDEX letter_case ON letter (case_id, seq);

-- One lane for each receiver and case; without a case, for each message. While it has no due head, ready_at is null.
CREATE TABLE lane (
    id            INTEGER PRIMARY KEY,
    order_key     TEXT NOT NULL, -- case id, else message id
    receiver_key  TEXT NOT NULL, -- logical address in upper case
    component_key TEXT NOT NULL, -- of the head
    address       TEXT NOT NULL, -- of the head
    case_id       TEXT REFERENCES cases (id),
    open          BIGINT NOT NULL, -- deliveries not done
    ready_at      BIGINT,
    lease_until   BIGINT,
    token         BIGINT NOT NULL,
    worker        TEXT NOT NULL,
    UNIQUE (order_key, receiver_key)
);
CREATE INDEX lane_ready ON lane (address, ready_at) WHERE ready_at IS NOT NULL AND lease_until IS NULL;
CREATE INDEX lane_next ON lane (ready_at) WHERE ready_at IS NOT NULL AND lease_until IS NULL;
CREATE INDEX lane_case ON lane (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX lane_leased ON lane (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE delivery (
    seq           INTEGER PRIMARY KEY, -- the order inside the lane, too
    message_id    TEXT NOT NULL UNIQUE REFERENCES message (id),
    lane          BIGINT NOT NULL REFERENCES lane (id),
    case_id       TEXT REFERENCES cases (id),
    contract      TEXT NOT NULL,
    receiver      TEXT NOT NULL,
    receiver_key  TEXT NOT NULL,
    component     TEXT NOT NULL,
    component_key TEXT NOT NULL,
    address       TEXT NOT NULL,
    state         TEXT NOT NULL, -- due, delivered, parked, closed; leased is a matter of the lane
    accepted      BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    first_try     BIGINT,
    attempts      BIGINT NOT NULL,
    outcome       TEXT NOT NULL, -- of the last attempt; '' while it runs
    class         TEXT NOT NULL,
    code          TEXT NOT NULL,
    done_at       BIGINT
);
CREATE INDEX delivery_lane ON delivery (lane, done_at, seq);
CREATE INDEX delivery_open ON delivery (seq) WHERE done_at IS NULL;
CREATE INDEX delivery_done ON delivery (done_at, seq) WHERE done_at IS NOT NULL;
CREATE INDEX delivery_receiver ON delivery (receiver_key, seq);
CREATE INDEX delivery_component ON delivery (component_key, seq) WHERE component_key <> '';
CREATE INDEX delivery_case ON delivery (case_id, seq) WHERE case_id IS NOT NULL;

CREATE TABLE attempt (
    lane       BIGINT NOT NULL REFERENCES lane (id),
    token      BIGINT NOT NULL,
    message_id TEXT NOT NULL REFERENCES message (id),
    number     BIGINT NOT NULL,
    worker     TEXT NOT NULL,
    address    TEXT NOT NULL,
    started    BIGINT NOT NULL,
    outcome    TEXT NOT NULL,
    class      TEXT NOT NULL,
    code       TEXT NOT NULL,
    why        TEXT NOT NULL DEFAULT '', -- JSON: code, values; '' none
    duration   BIGINT NOT NULL, -- nanoseconds
    answer     BLOB,
    late       BOOLEAN NOT NULL,
    PRIMARY KEY (lane, token)
);
CREATE INDEX attempt_message ON attempt (message_id, number);

CREATE TABLE pause (
    receiver TEXT PRIMARY KEY, -- logical address or component, in upper case
    by_whom  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL
);

-- What operators did. Only ever added to.
CREATE TABLE operation (
    seq        INTEGER PRIMARY KEY,
    verb       TEXT NOT NULL,
    message_id TEXT REFERENCES message (id),
    receiver   TEXT NOT NULL,
    address    TEXT NOT NULL,
    by_whom    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX operation_message ON operation (message_id, seq) WHERE message_id IS NOT NULL;

-- One desk for each unit that has had the case; that of the present handler counts.
CREATE TABLE desk (
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- in upper case
    version BIGINT NOT NULL,
    diary   TEXT NOT NULL, -- registration number; '' none
    doc     TEXT NOT NULL,
    PRIMARY KEY (case_id, unit)
);
CREATE UNIQUE INDEX desk_diary ON desk (unit, diary) WHERE diary <> '';

-- Only ever added to.
CREATE TABLE desk_event (
    seq     INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- whose desk, in upper case: others do not see it
    kind    TEXT NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    doc     TEXT NOT NULL,
    files   TEXT NOT NULL DEFAULT '' -- owner of its files in desk_file; '' none
);
CREATE INDEX desk_event_files ON desk_event (files) WHERE files <> '';
CREATE INDEX desk_event_case ON desk_event (case_id, seq);

CREATE TABLE draft (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    unit    TEXT NOT NULL, -- in upper case
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    form    TEXT NOT NULL,
    body    TEXT NOT NULL,
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    UNIQUE (case_id, unit, by_id, form)
);

-- Files of a draft, or of an answer that is still to leave. Apart, so that no list ever reads them.
CREATE TABLE desk_file (
    owner      TEXT NOT NULL, -- id of the draft or of the outgoing answer
    n          BIGINT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    value      BLOB NOT NULL,
    PRIMARY KEY (owner, n)
);

-- Standard replies of a unit.
CREATE TABLE phrase (
    id       TEXT PRIMARY KEY,
    unit     TEXT NOT NULL, -- in upper case
    kind     TEXT NOT NULL, -- the form that it is for
    title    TEXT NOT NULL,
    text     TEXT NOT NULL,
    position BIGINT NOT NULL,
    version  BIGINT NOT NULL,
    by_id    TEXT NOT NULL,
    by_name  TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX phrase_unit ON phrase (unit, kind, position, title, id);

-- Answers that wait for their few seconds of undo, and those that the line refused then.
CREATE TABLE outgoing (
    id           TEXT PRIMARY KEY,
    case_id      TEXT NOT NULL REFERENCES cases (id),
    unit         TEXT NOT NULL, -- in upper case
    by_id        TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    form         TEXT NOT NULL,
    draft        TEXT NOT NULL, -- what was typed
    message_id   TEXT NOT NULL UNIQUE,
    answer       TEXT NOT NULL, -- the update, as JSON
    case_version BIGINT NOT NULL,
    staged       BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    state        TEXT NOT NULL, -- waiting or failed
    reason       TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    lease_until  BIGINT
);
CREATE UNIQUE INDEX outgoing_waiting ON outgoing (case_id) WHERE state = 'waiting';
CREATE INDEX outgoing_due ON outgoing (due, id) WHERE state = 'waiting';
CREATE INDEX outgoing_case ON outgoing (case_id);

-- The catalogue that is kept here: one draft, whole versions, and who did what.

CREATE TABLE catalogue_version (
    number      BIGINT PRIMARY KEY, -- 1, 2, 3 …; what is due later has the higher number
    base        BIGINT NOT NULL, -- the version before it; 0 for none
    restores    BIGINT NOT NULL, -- the version that it rolled back to; else 0
    by_whom     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    published   BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    cancelled   BIGINT,
    units       BIGINT NOT NULL,
    routes      BIGINT NOT NULL,
    permissions BIGINT NOT NULL
);

-- Apart, so that no list ever reads it.
CREATE TABLE catalogue_content (
    number BIGINT PRIMARY KEY REFERENCES catalogue_version (number),
    doc    BLOB NOT NULL
);

-- One row, for ever: the revision counts every change of the draft, of all drafts.
CREATE TABLE catalogue_draft (
    id       BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL,
    open     BOOLEAN NOT NULL, -- else it is the latest version, unchanged
    base     BIGINT NOT NULL,
    by_whom  TEXT NOT NULL,
    changed  BIGINT NOT NULL,
    doc      BLOB
);
INSERT INTO catalogue_draft (id, revision, open, base, by_whom, changed) VALUES (1, 0, FALSE, 0, '', 0);

-- Only ever added to.
CREATE TABLE catalogue_event (
    seq      INTEGER PRIMARY KEY,
    verb     TEXT NOT NULL, -- edit, rebase, discard, publish, rollback, cancel, accept
    version  BIGINT NOT NULL, -- 0 for the draft
    revision BIGINT NOT NULL, -- of the draft, after it
    by_whom  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    changes  BIGINT NOT NULL,
    what     TEXT NOT NULL, -- a line for each change, the first ones
    at       BIGINT NOT NULL
);

-- Answers of a catalogue's source that shrank too much to be taken without a word from a person.
CREATE TABLE catalogue_held (
    digest             TEXT PRIMARY KEY, -- of the answer
    source             TEXT NOT NULL,
    routes_before      BIGINT NOT NULL,
    routes             BIGINT NOT NULL,
    permissions_before BIGINT NOT NULL,
    permissions        BIGINT NOT NULL,
    at                 BIGINT NOT NULL,
    accepted           BIGINT,
    by_whom            TEXT NOT NULL,
    reason             TEXT NOT NULL
);

-- What operators ordered, one line for each order, and what retention took away.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    verb    TEXT NOT NULL,
    filter  TEXT NOT NULL, -- JSON, as it was given
    address TEXT NOT NULL, -- where a redirect led
    by_whom TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   BIGINT NOT NULL, -- messages, or receivers
    at      BIGINT NOT NULL
);

-- Nothing of a person: which message it was, how it ended, and when it went.
CREATE TABLE purged (
    message_id TEXT PRIMARY KEY,
    contract   TEXT NOT NULL,
    receiver   TEXT NOT NULL,
    state      TEXT NOT NULL,
    accepted   BIGINT NOT NULL,
    done_at    BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX purged_at ON purged (at);

-- Who signs in, their sessions, and the log of what they look at and do.

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
    data    BLOB NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX web_session_account ON web_session (account, created);
CREATE INDEX web_session_expires ON web_session (expires);

-- Tries that did not succeed, or are under way. Keyed digests of names and addresses.
CREATE TABLE sign_in (
    seq     INTEGER PRIMARY KEY,
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
    value BLOB NOT NULL
);

-- The access log. Each row's hash is over the one before it and over its own fields; the head tells where the chain ends.
CREATE TABLE access_log (
    seq     INTEGER PRIMARY KEY, -- 1, 2, 3 … without a gap
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
    hash    TEXT NOT NULL,
    cases   TEXT NOT NULL DEFAULT '' -- JSON: ids of the cases that a list showed, by unit
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
CREATE TRIGGER access_log_kept BEFORE DELETE ON access_log BEGIN SELECT RAISE(ABORT, 'the access log is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER access_log_unchanged BEFORE UPDATE ON access_log BEGIN SELECT RAISE(ABORT, 'the access log is only ever added to'); END;
-- +goose StatementEnd

-- Where a case was shown in a list: the way to rows of access_log whose cases name it.
CREATE TABLE access_case (
    case_id TEXT NOT NULL,
    seq     BIGINT NOT NULL, -- of the row
    unit    TEXT NOT NULL, -- that had the case then, in upper case
    PRIMARY KEY (case_id, seq)
) WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER access_case_kept BEFORE DELETE ON access_case BEGIN SELECT RAISE(ABORT, 'the access log is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER access_case_unchanged BEFORE UPDATE ON access_case BEGIN SELECT RAISE(ABORT, 'the access log is only ever added to'); END;
-- +goose StatementEnd

-- Samples of the access log that a reviewer works through, and the calls that were refused.
CREATE TABLE review_sample (
    number     INTEGER PRIMARY KEY, -- from 1
    kind       TEXT NOT NULL, -- side of the wall
    units      TEXT NOT NULL, -- JSON: the units that the reviewer might see, in upper case; '' all of the side
    asked      TEXT NOT NULL, -- JSON: what was chosen from; a person's number is not in it
    maker_id   TEXT NOT NULL,
    maker_name TEXT NOT NULL,
    made       BIGINT NOT NULL,
    ended      BIGINT NOT NULL DEFAULT 0, -- 0: not yet
    ender_id   TEXT NOT NULL DEFAULT '',
    ender_name TEXT NOT NULL DEFAULT '',
    conclusion TEXT NOT NULL DEFAULT ''
);
CREATE TABLE review_sample_row (
    sample    BIGINT NOT NULL REFERENCES review_sample (number),
    position  BIGINT NOT NULL, -- from 1
    seq       BIGINT NOT NULL, -- of the row in access_log
    checked   BIGINT NOT NULL DEFAULT 0, -- seq of the check in access_log; 0: not noted yet
    deviation SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (sample, position)
);

CREATE TABLE refused_call (
    contract     TEXT NOT NULL, -- namespace; 'other' where it is none of ours
    code         TEXT NOT NULL, -- VP code or sub code
    sender       TEXT NOT NULL, -- HSA-id; '' not known
    count        BIGINT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    correlations TEXT NOT NULL, -- JSON: the latest ten, the last first
    PRIMARY KEY (contract, code, sender)
);
CREATE INDEX refused_call_last ON refused_call (last_at);

-- What a running gateway writes to see that it can.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL -- of the last write
);
INSERT INTO heartbeat (id, at) VALUES (1, 0);

-- Steps of the schema that the program before can live with. A migration that the program of the version before may run on inserts its own version here.
CREATE TABLE schema_step (
    version BIGINT PRIMARY KEY
);
