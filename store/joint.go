package store

import (
	"context"
	"database/sql"
	"strconv"

	"rivgate/store/db"
)

// joint is a db.Joint of the store.
type joint interface {
	ask(q *questions, alone bool) bool
	settle(ctx context.Context, t *tx, q *questions) error
}

// found is a case that the transaction has locked, and what it knows of the sender of a message to it.
type found struct {
	c    *Case
	last sql.NullInt64 // the sender's last number applied
	held bool          // messages of the sender wait for their turn, or numbers above the last were refused
	used bool          // the message's number was used before, or refused
}

// grouped is a joint as the engine runs it.
type grouped struct {
	joint
	store *Store
}

// Ask is joint.ask.
func (g grouped) Ask(q db.Questions, alone bool) bool { return g.ask(q.(*questions), alone) }

// Settle is joint.settle.
func (g grouped) Settle(ctx context.Context, t *db.Tx, q db.Questions) error {
	return g.settle(ctx, g.store.tx(t), q.(*questions))
}

// ranks is the order in which a group's changes are made where those of one kind go together: what refers to a row comes after it, and
// what was tried and done before the lanes that it moves on. Keys come first, so that groups with the same messages wait for each other there.
func ranks() []string {
	return []string{
		"INSERT INTO message_key ", "INSERT INTO cases ", "UPDATE cases ", "INSERT INTO case_external ", "DELETE FROM case_code ", "INSERT INTO case_code ",
		"INSERT INTO case_fact ", "INSERT INTO case_search ", "INSERT INTO case_sender ", "INSERT INTO message ", "INSERT INTO message_body ", "INSERT INTO held ",
		"INSERT INTO lane ", "INSERT INTO delivery ", "INSERT INTO inbox ",
		"INSERT INTO letter ", "UPDATE letter ", "UPDATE attempt ", "UPDATE delivery ", "UPDATE lane ",
	}
}

// questions are what the changes of a group need to know, and the answers.
type questions struct {
	mine map[string]bool // what changes of this group are at: of each thing only one

	keys, refs, externals, cases, lanes [][]any

	taken map[string]bool   // keys that are there
	known map[string]*found // by reference or id
	held  map[int64]bool    // lanes whose token is the one that was asked for
}

func newQuestions() *questions {
	return &questions{mine: map[string]bool{}, taken: map[string]bool{}, known: map[string]*found{}, held: map[int64]bool{}}
}

// claim tells whether nobody else of the group is at any of the things. Whoever comes second goes by itself, after the group.
func (q *questions) claim(things ...string) bool {
	free := true
	for _, thing := range things {
		free = free && !q.mine[thing]
	}
	for _, thing := range things {
		q.mine[thing] = true
	}
	return free
}

// find is the case of the first mark that is known; nil where none is.
func (q *questions) find(marks []string) *found {
	for _, mark := range marks {
		if f := q.known[mark]; f != nil {
			return f
		}
	}
	return nil
}

// marks of what questions are about.
func keyMark(sender, contract, id string) string {
	return "k\x00" + sender + "\x00" + contract + "\x00" + id
}
func refMark(root, extension string) string      { return "r\x00" + root + "\x00" + extension }
func externalMark(root, extension string) string { return "x\x00" + root + "\x00" + extension }
func caseMark(id string) string                  { return "c\x00" + id }
func laneMark(id int64) string                   { return "l\x00" + strconv.FormatInt(id, 10) }

// Steps are the statements that answer. Cases are locked before lanes, as everywhere, and each kind in one order for all; what is read of a case's
// senders is read after that, by a statement of its own, so that it is what the last holder of the lock has left.
func (q *questions) Steps(d db.Dialect) []*db.Step {
	var steps []*db.Step
	add := func(rows [][]any, query string, scan func(db.Scanner) error) {
		if len(rows) > 0 {
			steps = append(steps, &db.Step{Query: query, Rows: rows, Scan: scan})
		}
	}
	const (
		known = `SELECT c.ref_root, c.ref_extension, c.doc FROM {rows} JOIN cases c ON c.ref_root = r.c1 AND c.ref_extension = r.c2 AND c.ref_extension <> ''`
		named = `SELECT e.root, e.extension, c.doc FROM {rows} JOIN case_external e ON e.root = r.c1 AND e.extension = r.c2 JOIN cases c ON c.id = e.case_id`
		// Counted, for PostgreSQL may read a whole table once where it is only asked whether there are any.
		about = `s.last, (SELECT count(*) FROM held h WHERE h.case_id = c.id AND h.sender = r.c3 AND h.refused = '')
			+ (SELECT count(*) FROM refused_number n WHERE n.case_id = c.id AND n.sender = r.c3 AND n.sequence > COALESCE(s.last, 0)),
			(SELECT count(*) FROM message m WHERE m.case_id = c.id AND m.sender = r.c3 AND m.sequence = r.c4)
			+ (SELECT count(*) FROM refused_number n WHERE n.case_id = c.id AND n.sender = r.c3 AND n.sequence = r.c4)`
		from = ` LEFT JOIN case_sender s ON s.case_id = c.id AND s.sender = r.c3`
	)
	add(q.keys, `SELECT k.sender, k.contract, k.key_id FROM {rows} JOIN message_key k ON k.sender = r.c1 AND k.contract = r.c2 AND k.key_id = r.c3`, q.scanKey)
	add(q.refs, known+` ORDER BY c.id`+d.ForUpdateOf("c"), q.scanCase(refMark))
	add(q.externals, named+` ORDER BY c.id`+d.ForUpdateOf("c"), q.scanCase(externalMark))
	add(q.cases, `SELECT c.id, '', c.doc FROM {rows} JOIN cases c ON c.id = r.c1 ORDER BY c.id`+d.ForUpdateOf("c"),
		q.scanCase(func(id, _ string) string { return caseMark(id) }))
	add(q.refs, `SELECT c.ref_root, c.ref_extension, `+about+` FROM {rows} JOIN cases c ON c.ref_root = r.c1 AND c.ref_extension = r.c2 AND c.ref_extension <> ''`+from,
		q.scanSender(refMark))
	add(q.externals, `SELECT e.root, e.extension, `+about+` FROM {rows} JOIN case_external e ON e.root = r.c1 AND e.extension = r.c2 JOIN cases c ON c.id = e.case_id`+from,
		q.scanSender(externalMark))
	add(q.lanes, `SELECT l.id FROM {rows} JOIN lane l ON l.id = r.c1 AND l.token = r.c2 ORDER BY l.id`+d.ForUpdateOf("l"), q.scanLane)
	return steps
}

func (q *questions) scanKey(row db.Scanner) error {
	var sender, contract, id string
	err := row.Scan(&sender, &contract, &id)
	q.taken[keyMark(sender, contract, id)] = true
	return err
}

func (q *questions) scanCase(mark func(a, b string) string) func(db.Scanner) error {
	return func(row db.Scanner) error {
		var a, b string
		var text content
		if err := row.Scan(&a, &b, &text); err != nil {
			return err
		}
		c, err := readCase(text)
		q.known[mark(a, b)] = &found{c: &c}
		return err
	}
}

func (q *questions) scanSender(mark func(a, b string) string) func(db.Scanner) error {
	return func(row db.Scanner) error {
		var a, b string
		var last sql.NullInt64
		var held, used int
		if err := row.Scan(&a, &b, &last, &held, &used); err != nil {
			return err
		}
		if known := q.known[mark(a, b)]; known != nil {
			known.last, known.held, known.used = last, held > 0, used > 0
		}
		return nil
	}
}

func (q *questions) scanLane(row db.Scanner) error {
	var id int64
	err := row.Scan(&id)
	q.held[id] = true
	return err
}
