package store

import "rivgate/store/db"

// The statements of accepting, claiming and finishing, which every message passes: each whole, for SQLite and for
// PostgreSQL. SQLite's is for one row of values and is run for each; PostgreSQL's makes rows of arrays with unnest and
// is run once for a group. Both have the same values in the same order. A difference between the two, other than that,
// has a comment.
//
// FOR NO KEY UPDATE locks rows until the transaction ends. SQLite has no such words: only one transaction changes
// anything at a time.

// What a group asks before it changes anything (questions.Steps).
var (
	findKeys = &db.Statement{
		SQLite: `SELECT sender, contract, key_id FROM message_key
			WHERE sender = $1 AND contract = $2 AND key_id = $3`,
		Postgres: `SELECT sender, contract, key_id
			FROM unnest($1::text[], $2::text[], $3::text[]) AS r (sender, contract, key_id)
			JOIN message_key USING (sender, contract, key_id)`,
	}
	// An empty extension is ruled out in words, since the index of cases by 1177's id has none.
	lockCasesByRef = &db.Statement{
		SQLite: `SELECT ref_root, ref_extension, doc FROM cases
			WHERE ref_root = $1 AND ref_extension = $2 AND ref_extension <> ''`,
		Postgres: `SELECT c.ref_root, c.ref_extension, c.doc FROM unnest($1::text[], $2::text[]) AS r (root, extension)
			JOIN cases c ON c.ref_root = r.root AND c.ref_extension = r.extension AND c.ref_extension <> ''
			ORDER BY c.id FOR NO KEY UPDATE OF c`,
	}
	lockCasesByExternal = &db.Statement{
		SQLite: `SELECT e.root, e.extension, c.doc FROM case_external e
			JOIN cases c ON c.id = e.case_id
			WHERE e.root = $1 AND e.extension = $2`,
		Postgres: `SELECT e.root, e.extension, c.doc FROM unnest($1::text[], $2::text[]) AS r (root, extension)
			JOIN case_external e ON e.root = r.root AND e.extension = r.extension
			JOIN cases c ON c.id = e.case_id
			ORDER BY c.id FOR NO KEY UPDATE OF c`,
	}
	lockCases = &db.Statement{
		SQLite: `SELECT id, '', doc FROM cases WHERE id = $1`,
		Postgres: `SELECT c.id, '', c.doc FROM unnest($1::text[]) AS r (id)
			JOIN cases c ON c.id = r.id
			ORDER BY c.id FOR NO KEY UPDATE OF c`,
	}
	// The sender's last number, how many of its messages or refused numbers are ahead of that, and how many have this
	// number. They are counted, because PostgreSQL may read a whole table where it is only asked whether there is one.
	findSendersByRef = &db.Statement{
		SQLite: `SELECT c.ref_root, c.ref_extension, s.last,
				(SELECT count(*) FROM held h WHERE h.case_id = c.id AND h.sender = $3 AND h.refused = '')
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = c.id AND n.sender = $3 AND n.sequence > COALESCE(s.last, 0)),
				(SELECT count(*) FROM message m
					WHERE m.case_id = c.id AND m.sender = $3 AND m.sequence = $4)
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = c.id AND n.sender = $3 AND n.sequence = $4)
			FROM cases c
			LEFT JOIN case_sender s ON s.case_id = c.id AND s.sender = $3
			WHERE c.ref_root = $1 AND c.ref_extension = $2 AND c.ref_extension <> ''`,
		Postgres: `SELECT c.ref_root, c.ref_extension, s.last,
				(SELECT count(*) FROM held h WHERE h.case_id = c.id AND h.sender = r.sender AND h.refused = '')
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = c.id AND n.sender = r.sender AND n.sequence > COALESCE(s.last, 0)),
				(SELECT count(*) FROM message m
					WHERE m.case_id = c.id AND m.sender = r.sender AND m.sequence = r.sequence)
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = c.id AND n.sender = r.sender AND n.sequence = r.sequence)
			FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS r (root, extension, sender, sequence)
			JOIN cases c ON c.ref_root = r.root AND c.ref_extension = r.extension AND c.ref_extension <> ''
			LEFT JOIN case_sender s ON s.case_id = c.id AND s.sender = r.sender`,
	}
	findSendersByExternal = &db.Statement{
		SQLite: `SELECT e.root, e.extension, s.last,
				(SELECT count(*) FROM held h WHERE h.case_id = e.case_id AND h.sender = $3 AND h.refused = '')
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = e.case_id AND n.sender = $3 AND n.sequence > COALESCE(s.last, 0)),
				(SELECT count(*) FROM message m
					WHERE m.case_id = e.case_id AND m.sender = $3 AND m.sequence = $4)
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = e.case_id AND n.sender = $3 AND n.sequence = $4)
			FROM case_external e
			LEFT JOIN case_sender s ON s.case_id = e.case_id AND s.sender = $3
			WHERE e.root = $1 AND e.extension = $2`,
		Postgres: `SELECT e.root, e.extension, s.last,
				(SELECT count(*) FROM held h WHERE h.case_id = e.case_id AND h.sender = r.sender AND h.refused = '')
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = e.case_id AND n.sender = r.sender AND n.sequence > COALESCE(s.last, 0)),
				(SELECT count(*) FROM message m
					WHERE m.case_id = e.case_id AND m.sender = r.sender AND m.sequence = r.sequence)
				+ (SELECT count(*) FROM refused_number n
					WHERE n.case_id = e.case_id AND n.sender = r.sender AND n.sequence = r.sequence)
			FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS r (root, extension, sender, sequence)
			JOIN case_external e ON e.root = r.root AND e.extension = r.extension
			LEFT JOIN case_sender s ON s.case_id = e.case_id AND s.sender = r.sender`,
	}
	lockLanes = &db.Statement{
		SQLite: `SELECT id FROM lane WHERE id = $1 AND token = $2`,
		Postgres: `SELECT l.id FROM unnest($1::bigint[], $2::bigint[]) AS r (id, token)
			JOIN lane l ON l.id = r.id AND l.token = r.token
			ORDER BY l.id FOR NO KEY UPDATE OF l`,
	}
)

// groupOrder is the order in which a group runs the statements by which it changes something. What refers to a row
// comes after it, and attempts and deliveries before the lanes, which are settled by them. Keys come first, so that
// groups with the same messages wait for each other there.
func groupOrder() []*db.Statement {
	return []*db.Statement{
		insertKey, insertCase, updateCase, unpark, insertExternal, deleteCodes, insertCode, insertUnnumbered, putFact,
		putWords, putLast,
		insertMessage, insertBody, insertHeld, openLane, insertDelivery, insertInbox, insertLetter, answerLetter,
		endAttempt, endDelivery, releaseLane,
	}
}

// What accepting changes.
var (
	// insertKey fails where the key is there. How many rows a statement changed is known only after the COMMIT that went
	// in the same message: a key that another replica has put there meanwhile must make the database itself leave that
	// COMMIT out.
	insertKey = &db.Statement{
		SQLite: `INSERT INTO message_key (sender, contract, key_id, message_id) VALUES ($1, $2, $3, $4)`,
		Postgres: `INSERT INTO message_key (sender, contract, key_id, message_id)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
	}
	insertCase = &db.Statement{
		SQLite: `INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due,
				reporter_id, patient_id, area, incident_unit, closed_month, doc, due, kind)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
			ON CONFLICT DO NOTHING`,
		Postgres: `INSERT INTO cases (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due,
				reporter_id, patient_id, area, incident_unit, closed_month, doc, due, kind)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
				$8::bigint[], $9::bigint[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
				$16::text[], $17::bigint[], $18::text[])
			ON CONFLICT DO NOTHING`,
	}
	// updateCase leaves a case that went to another unit unassigned, and not parked.
	updateCase = &db.Statement{
		SQLite: `UPDATE cases SET ref_root = $2, ref_extension = $3, state = $4, unit = $5, via = $6, received = $7,
				changed = $8, version = $9, forward_due = $10, reporter_id = $11, patient_id = $12, area = $13, incident_unit = $14,
				closed_month = $15, doc = $16, due = $17, kind = $18,
				assignee = CASE WHEN unit = $5 THEN assignee ELSE '' END,
				parked_until = CASE WHEN unit = $5 THEN parked_until ELSE 0 END
			WHERE id = $1`,
		Postgres: `UPDATE cases c SET ref_root = r.ref_root, ref_extension = r.ref_extension, state = r.state, unit = r.unit,
				via = r.via, received = r.received, changed = r.changed, version = r.version, forward_due = r.forward_due,
				reporter_id = r.reporter_id, patient_id = r.patient_id, area = r.area, incident_unit = r.incident_unit,
				closed_month = r.closed_month, doc = r.doc, due = r.due, kind = r.kind,
				assignee = CASE WHEN c.unit = r.unit THEN c.assignee ELSE '' END,
				parked_until = CASE WHEN c.unit = r.unit THEN c.parked_until ELSE 0 END
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
				$9::bigint[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
				$17::bigint[], $18::text[])
				AS r (id, ref_root, ref_extension, state, unit, via, received, changed, version, forward_due, reporter_id,
				 patient_id, area, incident_unit, closed_month, doc, due, kind)
			WHERE c.id = r.id`,
	}
	// unpark is for a case in which the reporter wrote something.
	unpark = &db.Statement{
		SQLite: `UPDATE cases SET parked_until = 0 WHERE id = $1 AND parked_until <> 0`,
		Postgres: `UPDATE cases c SET parked_until = 0 FROM unnest($1::text[]) AS r (id)
			WHERE c.id = r.id AND c.parked_until <> 0`,
	}
	insertExternal = &db.Statement{
		SQLite: `INSERT INTO case_external (root, extension, case_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		Postgres: `INSERT INTO case_external (root, extension, case_id)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
	}
	deleteCodes = &db.Statement{
		SQLite:   `DELETE FROM case_code WHERE case_id = $1`,
		Postgres: `DELETE FROM case_code USING unnest($1::text[]) AS r (id) WHERE case_id = r.id`,
	}
	insertCode = &db.Statement{
		SQLite: `INSERT INTO case_code (case_id, kind, code) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		Postgres: `INSERT INTO case_code (case_id, kind, code)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
	}
	insertUnnumbered = &db.Statement{
		SQLite: `INSERT INTO case_unnumbered (case_id, code) VALUES ($1, $2)`,
		Postgres: `INSERT INTO case_unnumbered (case_id, code)
			SELECT * FROM unnest($1::text[], $2::text[])`,
	}
	// putFact leaves the row its id and its weight where there is one.
	putFact = &db.Statement{
		SQLite: `INSERT INTO statistic (case_id, unit, kind, provider, region, incident_unit, incident_month,
				received_month, closed_month, age, sex, area, main_problem, sub_problem, experienced, id, weight, mark)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
			ON CONFLICT (case_id) DO UPDATE SET unit = excluded.unit, kind = excluded.kind, provider = excluded.provider,
				region = excluded.region, incident_unit = excluded.incident_unit, incident_month = excluded.incident_month,
				received_month = excluded.received_month, closed_month = excluded.closed_month, age = excluded.age,
				sex = excluded.sex, area = excluded.area, main_problem = excluded.main_problem,
				sub_problem = excluded.sub_problem, experienced = excluded.experienced, mark = excluded.mark`,
		Postgres: `INSERT INTO statistic (case_id, unit, kind, provider, region, incident_unit, incident_month,
				received_month, closed_month, age, sex, area, main_problem, sub_problem, experienced, id, weight, mark)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
				$8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
				$16::bigint[], $17::bigint[], $18::bigint[])
			ON CONFLICT (case_id) DO UPDATE SET unit = excluded.unit, kind = excluded.kind, provider = excluded.provider,
				region = excluded.region, incident_unit = excluded.incident_unit, incident_month = excluded.incident_month,
				received_month = excluded.received_month, closed_month = excluded.closed_month, age = excluded.age,
				sex = excluded.sex, area = excluded.area, main_problem = excluded.main_problem,
				sub_problem = excluded.sub_problem, experienced = excluded.experienced, mark = excluded.mark`,
	}
	// putWords leaves the words of a case's registration numbers where they are.
	putWords = &db.Statement{
		SQLite: `INSERT INTO case_search (case_id, words)
			VALUES ($1, $2)
			ON CONFLICT (case_id) DO UPDATE SET words = excluded.words || case_search.numbers`,
		Postgres: `INSERT INTO case_search (case_id, words)
			SELECT * FROM unnest($1::text[], $2::text[])
			ON CONFLICT (case_id) DO UPDATE SET words = excluded.words || case_search.numbers`,
	}
	putLast = &db.Statement{
		SQLite: `INSERT INTO case_sender (case_id, sender, last)
			VALUES ($1, $2, $3)
			ON CONFLICT (case_id, sender) DO UPDATE SET last = excluded.last`,
		Postgres: `INSERT INTO case_sender (case_id, sender, last)
			SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
			ON CONFLICT (case_id, sender) DO UPDATE SET last = excluded.last`,
	}
	insertMessage = &db.Statement{
		SQLite: `INSERT INTO message (id, sender, contract, key_id, call_sender, receiver, profile, via, route, correlation,
				soap_action, content_type, received, case_id, kind, sequence, late, receipt, event, content, headers)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		Postgres: `INSERT INTO message (id, sender, contract, key_id, call_sender, receiver, profile, via, route, correlation,
				soap_action, content_type, received, case_id, kind, sequence, late, receipt, event, content, headers)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
				$9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::text[], $16::bigint[],
				$17::boolean[], $18::text[], $19::text[], $20::text[], $21::text[])`,
	}
	insertBody = &db.Statement{
		SQLite:   `INSERT INTO message_body (message_id, envelope) VALUES ($1, $2)`,
		Postgres: `INSERT INTO message_body (message_id, envelope) SELECT * FROM unnest($1::text[], $2::bytea[])`,
	}
	insertHeld = &db.Statement{
		SQLite: `INSERT INTO held (message_id, case_id, sender, sequence, since, refused)
			VALUES ($1, $2, $3, $4, $5, '')`,
		Postgres: `INSERT INTO held (message_id, case_id, sender, sequence, since, refused)
			SELECT *, '' FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])`,
	}
	// openLane begins a lane, or counts one more delivery in it. A lane where nothing was open gets the new delivery as
	// its head.
	openLane = &db.Statement{
		SQLite: `INSERT INTO lane (order_key, receiver_key, component_key, address, case_id, open, ready_at, token, worker)
			VALUES ($1, $2, $3, $4, $5, 1, $6, 0, '')
			ON CONFLICT (order_key, receiver_key) DO UPDATE SET open = lane.open + 1,
				component_key = CASE WHEN lane.open = 0 THEN excluded.component_key ELSE lane.component_key END,
				address = CASE WHEN lane.open = 0 THEN excluded.address ELSE lane.address END,
				ready_at = CASE WHEN lane.open = 0 THEN excluded.ready_at ELSE lane.ready_at END`,
		Postgres: `INSERT INTO lane (order_key, receiver_key, component_key, address, case_id, open, ready_at, token, worker)
			SELECT r.order_key, r.receiver_key, r.component_key, r.address, r.case_id, 1, r.ready_at, 0, ''
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
				AS r (order_key, receiver_key, component_key, address, case_id, ready_at)
			ON CONFLICT (order_key, receiver_key) DO UPDATE SET open = lane.open + 1,
				component_key = CASE WHEN lane.open = 0 THEN excluded.component_key ELSE lane.component_key END,
				address = CASE WHEN lane.open = 0 THEN excluded.address ELSE lane.address END,
				ready_at = CASE WHEN lane.open = 0 THEN excluded.ready_at ELSE lane.ready_at END`,
	}
	insertDelivery = &db.Statement{
		SQLite: `INSERT INTO delivery (message_id, lane, case_id, contract, receiver, receiver_key, component,
				component_key, address, state, accepted, next_at, attempts, outcome, class, code)
			VALUES ($1, (SELECT l.id FROM lane l WHERE l.order_key = $2 AND l.receiver_key = $3), $4, $5, $6, $3, $7, $8, $9,
				'due', $10, $11, 0, '', '', '')`,
		Postgres: `INSERT INTO delivery (message_id, lane, case_id, contract, receiver, receiver_key, component,
				component_key, address, state, accepted, next_at, attempts, outcome, class, code)
			SELECT r.message_id,
				(SELECT l.id FROM lane l WHERE l.order_key = r.order_key AND l.receiver_key = r.receiver_key),
				r.case_id, r.contract, r.receiver, r.receiver_key, r.component, r.component_key, r.address, 'due',
				r.accepted, r.next_at, 0, '', '', ''
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
				$9::text[], $10::bigint[], $11::bigint[])
				AS r (message_id, order_key, receiver_key, case_id, contract, receiver, component, component_key,
				address, accepted, next_at)`,
	}
	insertInbox = &db.Statement{
		SQLite: `INSERT INTO inbox (message_id, case_id, unit, at) VALUES ($1, $2, $3, $4)`,
		Postgres: `INSERT INTO inbox (message_id, case_id, unit, at)
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])`,
	}
	insertLetter = &db.Statement{
		SQLite: `INSERT INTO letter (id, message_id, case_id, kind, ref, unit, at, answered)
			VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)`,
		Postgres: `INSERT INTO letter (id, message_id, case_id, kind, ref, unit, at, answered)
			SELECT *, FALSE
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])`,
	}
	answerLetter = &db.Statement{
		SQLite: `UPDATE letter SET answered = TRUE WHERE case_id = $1 AND kind = $2 AND ref = $3`,
		Postgres: `UPDATE letter l SET answered = TRUE
			FROM unnest($1::text[], $2::text[], $3::text[]) AS r (case_id, kind, ref)
			WHERE l.case_id = r.case_id AND l.kind = r.kind AND l.ref = r.ref`,
	}
)

// What finishing changes.
var (
	endAttempt = &db.Statement{
		SQLite: `UPDATE attempt SET outcome = $3, class = $4, code = $5, duration = $6, answer = $7, late = $8, why = $9
			WHERE lane = $1 AND token = $2 AND outcome = ''`,
		Postgres: `UPDATE attempt a SET outcome = r.outcome, class = r.class, code = r.code, duration = r.duration,
				answer = r.answer, late = r.late, why = r.why
			FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[],
				$8::boolean[], $9::text[]) AS r (lane, token, outcome, class, code, duration, answer, late, why)
			WHERE a.lane = r.lane AND a.token = r.token AND a.outcome = ''`,
	}
	endDelivery = &db.Statement{
		SQLite: `UPDATE delivery SET state = $2, next_at = $3, done_at = $4, outcome = $5, class = $6, code = $7
			WHERE message_id = $1 AND attempts = $8`,
		Postgres: `UPDATE delivery d SET state = r.state, next_at = r.next_at, done_at = r.done_at, outcome = r.outcome,
				class = r.class, code = r.code
			FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])
				AS r (message_id, state, next_at, done_at, outcome, class, code, attempts)
			WHERE d.message_id = r.message_id AND d.attempts = r.attempts`,
	}
	// releaseLane ends a lease and makes the lane agree with its open deliveries, as settleLane does. The token goes up,
	// so that nothing can be finished twice.
	releaseLane = &db.Statement{
		SQLite: `UPDATE lane SET lease_until = NULL, token = token + 1, worker = '',
				open = (SELECT count(*) FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL),
				ready_at = (SELECT CASE WHEN d.state = 'due' THEN d.next_at END FROM delivery d
					WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1),
				address = COALESCE((SELECT d.address FROM delivery d
					WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), address),
				component_key = COALESCE((SELECT d.component_key FROM delivery d
					WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), component_key)
			WHERE id = $1 AND token = $2 RETURNING ready_at IS NOT NULL`,
		Postgres: `UPDATE lane l SET lease_until = NULL, token = l.token + 1, worker = '',
				open = (SELECT count(*) FROM delivery d WHERE d.lane = r.id AND d.done_at IS NULL),
				ready_at = (SELECT CASE WHEN d.state = 'due' THEN d.next_at END FROM delivery d
					WHERE d.lane = r.id AND d.done_at IS NULL ORDER BY d.seq LIMIT 1),
				address = COALESCE((SELECT d.address FROM delivery d
					WHERE d.lane = r.id AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), l.address),
				component_key = COALESCE((SELECT d.component_key FROM delivery d
					WHERE d.lane = r.id AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), l.component_key)
			FROM unnest($1::bigint[], $2::bigint[]) AS r (id, token)
			WHERE l.id = r.id AND l.token = r.token RETURNING l.ready_at IS NOT NULL`,
	}
)

// settleLane makes a lane agree with its open deliveries, whatever an operator did to them. It is the same for both
// databases.
const settleLane = `UPDATE lane SET
		open = (SELECT count(*) FROM delivery d WHERE d.lane = $1 AND d.done_at IS NULL),
		ready_at = (SELECT CASE WHEN d.state = 'due' THEN d.next_at END FROM delivery d
			WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1),
		address = COALESCE((SELECT d.address FROM delivery d
			WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), address),
		component_key = COALESCE((SELECT d.component_key FROM delivery d
			WHERE d.lane = $1 AND d.done_at IS NULL ORDER BY d.seq LIMIT 1), component_key)
	WHERE id = $1 RETURNING ready_at IS NOT NULL`

// Claiming, in its order. Lanes that another transaction has locked are left out with SKIP LOCKED, where that is not
// SQLite.
var (
	// endLeases frees lanes whose lease has run out.
	endLeases = &db.Statement{
		SQLite: `UPDATE lane SET lease_until = NULL WHERE lease_until <= $1`,
		Postgres: `UPDATE lane SET lease_until = NULL
			WHERE id IN (SELECT id FROM lane WHERE lease_until <= $1 FOR NO KEY UPDATE SKIP LOCKED)`,
	}
	// lockAddresses keeps other claims from addresses until the transaction ends. It waits for those that another claim
	// has, or, with skip, passes over them; it tells of each whether it is locked.
	lockAddresses = &db.Statement{
		Postgres: `SELECT r.address, CASE WHEN r.skip
				THEN pg_try_advisory_xact_lock(hashtextextended(r.address, x'72697667617465'::bigint))
				ELSE pg_advisory_xact_lock(hashtextextended(r.address, x'72697667617465'::bigint)) IS NOT NULL END
			FROM unnest($1::text[], $2::boolean[]) AS r (address, skip)`,
	}
	// findLanes finds at most $3 lanes of the address $1 that are due at $2, so that no more than $4 of the address are
	// leased.
	findLanes = &db.Statement{
		SQLite: `SELECT l.id FROM lane l
			WHERE l.address = $1 AND l.ready_at IS NOT NULL AND l.ready_at <= $2 AND l.lease_until IS NULL
			AND NOT ` + paused + `
			ORDER BY l.ready_at LIMIT (SELECT CASE WHEN n.free > $3 THEN $3 WHEN n.free > 0 THEN n.free ELSE 0 END
				FROM (SELECT $4 - count(*) AS free FROM lane k WHERE k.lease_until IS NOT NULL AND k.address = $1) n)`,
		Postgres: `SELECT l.id FROM lane l
			WHERE l.address = $1 AND l.ready_at IS NOT NULL AND l.ready_at <= $2 AND l.lease_until IS NULL
			AND NOT ` + paused + `
			ORDER BY l.ready_at LIMIT (SELECT CASE WHEN n.free > $3 THEN $3 WHEN n.free > 0 THEN n.free ELSE 0 END
				FROM (SELECT $4 - count(*) AS free FROM lane k WHERE k.lease_until IS NOT NULL AND k.address = $1) n)
			FOR NO KEY UPDATE OF l SKIP LOCKED`,
	}
	leaseLanes = &db.Statement{
		SQLite: `UPDATE lane SET lease_until = $2, token = token + 1, worker = $3
			WHERE id = $1 RETURNING id, token`,
		Postgres: `UPDATE lane l SET lease_until = r.until, token = l.token + 1, worker = r.worker
			FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS r (id, until, worker)
			WHERE l.id = r.id RETURNING l.id, l.token`,
	}
	// The head of a lane is its first delivery that is not done.
	beginDeliveries = &db.Statement{
		SQLite: `UPDATE delivery SET attempts = attempts + 1, outcome = '', class = '', code = '',
				first_try = COALESCE(first_try, $2)
			WHERE seq = (SELECT h.seq FROM delivery h WHERE h.lane = $1 AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)`,
		Postgres: `UPDATE delivery d SET attempts = d.attempts + 1, outcome = '', class = '', code = '',
				first_try = COALESCE(d.first_try, r.now)
			FROM unnest($1::bigint[], $2::bigint[]) AS r (lane, now)
			WHERE d.seq = (SELECT h.seq FROM delivery h WHERE h.lane = r.lane AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)`,
	}
	insertAttempts = &db.Statement{
		SQLite: `INSERT INTO attempt (lane, token, message_id, number, worker, address, started, outcome, class, code,
				duration, late)
			SELECT l.id, l.token, d.message_id, d.attempts, l.worker, d.address, $2, '', '', '', 0, FALSE
			FROM lane l
			JOIN delivery d ON d.seq =
				(SELECT h.seq FROM delivery h WHERE h.lane = $1 AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)
			WHERE l.id = $1`,
		Postgres: `INSERT INTO attempt (lane, token, message_id, number, worker, address, started, outcome, class, code,
				duration, late)
			SELECT l.id, l.token, d.message_id, d.attempts, l.worker, d.address, r.now, '', '', '', 0, FALSE
			FROM unnest($1::bigint[], $2::bigint[]) AS r (lane, now) JOIN lane l ON l.id = r.lane
			JOIN delivery d ON d.seq =
				(SELECT h.seq FROM delivery h WHERE h.lane = r.lane AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)`,
	}
	// Its first columns are those of selectMessage, and the envelope: readMessage reads them.
	readClaimed = &db.Statement{
		SQLite: `SELECT m.id, m.sender, m.contract, m.key_id, m.call_sender, m.receiver, m.profile, m.route, m.correlation,
				m.soap_action, m.content_type, m.received, m.event, m.content, m.headers, b.envelope,
				d.lane, d.case_id, d.address, d.attempts, d.first_try,
				(SELECT count(*) FROM message_chunk k WHERE k.message_id = m.id AND k.n = 0)
			FROM delivery d JOIN message m ON m.id = d.message_id JOIN message_body b ON b.message_id = m.id
			WHERE d.seq = (SELECT h.seq FROM delivery h WHERE h.lane = $1 AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)`,
		Postgres: `SELECT m.id, m.sender, m.contract, m.key_id, m.call_sender, m.receiver, m.profile, m.route, m.correlation,
				m.soap_action, m.content_type, m.received, m.event, m.content, m.headers, b.envelope,
				d.lane, d.case_id, d.address, d.attempts, d.first_try,
				(SELECT count(*) FROM message_chunk k WHERE k.message_id = m.id AND k.n = 0)
			FROM unnest($1::bigint[]) AS r (lane)
			JOIN delivery d ON d.seq =
				(SELECT h.seq FROM delivery h WHERE h.lane = r.lane AND h.done_at IS NULL ORDER BY h.seq LIMIT 1)
			JOIN message m ON m.id = d.message_id JOIN message_body b ON b.message_id = m.id`,
	}
)
