-- Times are microseconds since 1970 in UTC. The file of the same name for the other database differs in types and storage alone.

-- +goose Up
CREATE TABLE cases (
    id             TEXT PRIMARY KEY,
    ref_root       TEXT NOT NULL, -- in upper case
    ref_extension  TEXT NOT NULL,
    state          TEXT NOT NULL,
    unit           TEXT NOT NULL, -- the handler, in upper case
    via            TEXT NOT NULL,
    region         TEXT NOT NULL,
    provider       TEXT NOT NULL, -- in upper case
    received       BIGINT NOT NULL,
    changed        BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    forward_due    BOOLEAN NOT NULL,
    reporter_id    TEXT NOT NULL,
    patient_id     TEXT NOT NULL,
    search         TEXT NOT NULL, -- ids and names in lower case, one a line
    age            TEXT NOT NULL,
    sex            TEXT NOT NULL,
    area           TEXT NOT NULL,
    incident_unit  TEXT NOT NULL,
    incident_month TEXT NOT NULL, -- YYYYMM, Swedish
    received_month TEXT NOT NULL,
    closed_month   TEXT NOT NULL,
    doc            TEXT NOT NULL
);
CREATE UNIQUE INDEX cases_ref ON cases (ref_root, ref_extension) WHERE ref_extension <> '';
CREATE INDEX cases_extension ON cases (ref_extension) WHERE ref_extension <> '';
CREATE INDEX cases_received ON cases (received, id);
CREATE INDEX cases_unit ON cases (unit, received, id);
CREATE INDEX cases_state ON cases (state, received, id);
CREATE INDEX cases_reporter ON cases (reporter_id) WHERE reporter_id <> '';
CREATE INDEX cases_patient ON cases (patient_id) WHERE patient_id <> '';
CREATE INDEX cases_forward_due ON cases (changed) WHERE forward_due;

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

CREATE TABLE case_sender (
    case_id TEXT NOT NULL REFERENCES cases (id),
    sender  TEXT NOT NULL, -- in upper case
    last    BIGINT NOT NULL, -- the highest sequence number applied
    PRIMARY KEY (case_id, sender)
);

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
