package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"rivgate/store/db"
)

// groupChange is a db.GroupChange, with the types of the store.
type groupChange interface {
	ask(q *questions, alone bool) bool
	settle(ctx context.Context, t *tx, q *questions) error
}

// knownCase is a case that the transaction has locked, and what it knows of the sender of a message to it.
type knownCase struct {
	c    *Case
	last sql.NullInt64 // the sender's last number applied
	held bool          // messages of the sender wait for their turn, or numbers above the last were refused
	used bool          // the message's number was used before, or refused
}

// groupJob makes a groupChange a db.GroupChange.
type groupJob struct {
	groupChange
	store *Store
}

// Ask is groupChange.ask.
func (g groupJob) Ask(q db.Questions, alone bool) bool { return g.ask(q.(*questions), alone) }

// Settle is groupChange.settle.
func (g groupJob) Settle(ctx context.Context, t *db.Tx, q db.Questions) error {
	return g.settle(ctx, g.store.tx(t), q.(*questions))
}

// questions are what the changes of a group need to know, and the answers.
type questions struct {
	claimed map[string]bool // what changes of this group work on: one change for each thing

	keys, cases, lanes [][]any
	refs, externals    caseQuestions

	taken  map[string]bool       // keys that are there
	known  map[string]*knownCase // by reference or id
	leased map[int64]bool        // lanes whose token is the one that was asked for
}

func newQuestions() *questions {
	return &questions{
		claimed: map[string]bool{}, taken: map[string]bool{}, known: map[string]*knownCase{}, leased: map[int64]bool{},
	}
}

// claim tells whether no other change of the group has claimed any of the things. A change that comes second goes
// alone, after the group.
func (q *questions) claim(things ...string) bool {
	free := true
	for _, thing := range things {
		free = free && !q.claimed[thing]
	}
	for _, thing := range things {
		q.claimed[thing] = true
	}
	return free
}

// findCase is the case of the first mark that is known; nil where none is.
func (q *questions) findCase(marks []string) *knownCase {
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

// caseQuestions ask for cases by an id, and what is known of a sender in each.
type caseQuestions struct{ cases, senders [][]any }

func (q *caseQuestions) ask(id Ref, sender string, sequence int64) {
	root := fold(id.Root)
	q.cases = append(q.cases, []any{root, id.Extension})
	q.senders = append(q.senders, []any{root, id.Extension, sender, sequence})
}

// Steps are the statements that answer. Cases are locked before lanes, as everywhere, and each kind in one order for
// all. Keys and the senders of a case are read by later statements, so that they see what the last holder of the lock
// has left: else a message that another replica is just accepting would be judged by the case as that message left it.
func (q *questions) Steps() []*db.Step {
	caseID := func(id, _ string) string { return caseMark(id) }
	return slices.DeleteFunc([]*db.Step{
		{Statement: lockCasesByRef, Rows: q.refs.cases, Scan: q.scanCase(refMark)},
		{Statement: lockCasesByExternal, Rows: q.externals.cases, Scan: q.scanCase(externalMark)},
		{Statement: lockCases, Rows: q.cases, Scan: q.scanCase(caseID)},
		{Statement: findKeys, Rows: q.keys, Scan: q.scanKey},
		{Statement: findSendersByRef, Rows: q.refs.senders, Scan: q.scanSender(refMark)},
		{Statement: findSendersByExternal, Rows: q.externals.senders, Scan: q.scanSender(externalMark)},
		{Statement: lockLanes, Rows: q.lanes, Scan: q.scanLane},
	}, func(s *db.Step) bool { return len(s.Rows) == 0 })
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
		q.known[mark(a, b)] = &knownCase{c: &c}
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
	q.leased[id] = true
	return err
}
