package db

// Group commit. Whatever comes in while one group is on its way to the disk is the next group.
//
//	callers           writer                           database
//	A ──Group──┐
//	B ──Group──┼─► jobs ─► fill: all that waits ─► BEGIN + questions of A, B and D, in one message
//	C ──Write──┤                                   ◄─ answers
//	D ──Group──┘           settle A, B, D by the answers: their changes are put into one list
//	                       flush: statements of one kind become one, in the order of Options.Order
//	                       C, and whoever said ErrApart ─► a SAVEPOINT each
//	                       COMMIT ─────────────────────► on disk
//	   ◄──────────────────────── done: all of the group hear it at once
//
// A job that fails leaves the others alone. Where the database refuses the whole group, since it met another's changes, each job is tried by
// itself. PostgreSQL has several writers, shared out by the key of the job; SQLite has one, which takes every change.

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"
)

// Sizes of a group of changes. A caller beyond the queue waits for a place in it, or for its context to end.
const (
	groupMax   = 128
	groupBytes = 4 << 20 // a group that has as much takes no more
	groupQueue = 256
	groupTime  = 15 * time.Second // a group that takes longer, on a database that hangs, is rolled back
	retries    = 8                // of a change that got in another's way
)

// Tx is a transaction under way, as a Change sees it.
type Tx struct {
	*session
	Dialect Dialect
	Now     time.Time
	Last    []*Step // what a change leaves to be sent with its end
	Woken   bool    // something became due: who waits on DB.Wake is woken when the transaction has ended

	deferred *deferred    // what the changes of a group put; nil where each is made at once
	order    []*Statement // of Options
	follows  bool         // Now is the database's clock
}

// Change is what a verb does inside its transaction. It may run more than once, so it begins by forgetting what it found before.
type Change func(ctx context.Context, t *Tx) error

// Job is a change that waits for its group: one of Do and Joint.
type Job struct {
	Do    Change // goes by itself
	Joint Joint  // goes together with others, where it can
	First *Step  // asked as the transaction of Do begins; nil: nothing is
	Size  int    // of what it stores, roughly

	ctx  context.Context
	err  error
	done chan error // buffered: the caller may be gone
}

// Questions are what the changes of a group need to know, and the answers.
type Questions interface {
	Steps() []*Step // the statements that answer
}

// Joint is a change that can share its statements with others of its group: what they need to know is asked for once for all, and what they change
// is put down once for all. The same code does it alone: then the questions are its own, and what it puts is done at once.
type Joint interface {
	// Ask adds what it needs to know. False, which counts only where it is not alone: another one of the group is at the same thing, or it is
	// of a kind that goes alone.
	Ask(q Questions, alone bool) bool
	// Settle judges by the answers and puts its changes. ErrApart: it must go alone, for a reason that only the answers told.
	Settle(ctx context.Context, t *Tx, q Questions) error
}

// ErrApart sends a change that could not go with the others to go alone.
var ErrApart = errors.New("to be done apart")

// writer commits changes in groups: so the rate of durable accepts is bounded by fsync × group, not by fsync.
type writer struct {
	db   *DB
	jobs chan *Job
	conn *session
	most int // in a group
}

func (d *DB) startWriters() {
	start := func(most int) *writer {
		w := &writer{db: d, jobs: make(chan *Job, groupQueue), most: most}
		d.running.Go(w.run)
		return w
	}
	for range d.Dialect.writers {
		d.writers = append(d.writers, start(groupMax))
	}
	if d.claimer = d.writers[0]; !d.Dialect.OneWriter {
		d.claimer = start(1)
	}
}

// Group runs j in the next group of a writer, and returns when that is on disk. Changes with the same key go to the same writer.
func (d *DB) Group(ctx context.Context, key string, j *Job) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return d.groupOf(ctx, d.writers[h.Sum32()%uint32(len(d.writers))], j)
}

// Claim runs j after all other claims of this process that came before it.
func (d *DB) Claim(ctx context.Context, j *Job) error { return d.groupOf(ctx, d.claimer, j) }

func (d *DB) groupOf(ctx context.Context, w *writer, j *Job) error {
	j.ctx, j.done = ctx, make(chan error, 1)
	if err := d.submit(ctx, w, j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *DB) submit(ctx context.Context, w *writer, j *Job) error {
	d.closing.RLock()
	defer d.closing.RUnlock()
	if d.closed {
		return ErrClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Write runs do in a transaction, as Alone does.
func (d *DB) Write(ctx context.Context, do Change) error { return d.Alone(ctx, &Job{Do: do}) }

// Alone runs j in a transaction of its own, or, where the database has only one writer, in that one's next group.
func (d *DB) Alone(ctx context.Context, j *Job) error {
	if d.Dialect.OneWriter {
		return d.Group(ctx, "", j)
	}
	d.closing.RLock()
	defer d.closing.RUnlock()
	if d.closed {
		return ErrClosed
	}
	conn, err := d.session(ctx, "")
	if err != nil {
		return err
	}
	defer conn.close()
	j.ctx = ctx
	d.alone(ctx, conn, j)
	return j.err
}

func (w *writer) run() {
	defer func() {
		if w.conn != nil {
			w.conn.close()
		}
	}()
	for j := range w.jobs {
		batch := w.fill(append(make([]*Job, 0, 8), j))
		w.commit(batch)
		for _, j := range batch {
			j.done <- j.err
		}
	}
}

// fill adds what waits already to a group, and waits for nothing.
func (w *writer) fill(batch []*Job) []*Job {
	size := batch[0].Size
	for len(batch) < w.most && size < groupBytes {
		select {
		case j, ok := <-w.jobs:
			if !ok {
				return batch
			}
			batch, size = append(batch, j), size+j.Size
		default:
			return batch
		}
	}
	return batch
}

// commit makes one transaction of a group. Each job has a savepoint, so that one that fails leaves the others alone.
func (w *writer) commit(batch []*Job) {
	ctx, cancel := w.db.groupContext(batch)
	defer cancel()
	if w.conn != nil && w.conn.broken {
		w.conn.close()
		w.conn = nil
	}
	if w.conn == nil {
		conn, err := w.db.session(ctx, w.db.Dialect.tune)
		if err != nil {
			fail(batch, err)
			return
		}
		w.conn = conn
	}
	w.attempt(ctx, batch)
}

// attempt commits a group. Has it got in the way of others, each of its changes is tried as a group of its own, and then in its other form.
func (w *writer) attempt(ctx context.Context, batch []*Job) {
	if len(batch) == 1 && batch[0].Joint == nil {
		w.db.alone(ctx, w.conn, batch[0])
		return
	}
	err := w.db.together(ctx, w.conn, batch)
	switch {
	case err == nil:
	case !again(err) && !clash(err):
		fail(batch, err)
	case len(batch) == 1:
		w.db.alone(ctx, w.conn, batch[0])
	default:
		for _, j := range batch {
			w.attempt(ctx, []*Job{j})
		}
	}
}

// ExtraTime is what a large change may take longer than others.
func ExtraTime(size int) time.Duration { return time.Duration(size>>20) * 250 * time.Millisecond }

// groupContext bounds a group in time where the database is across a network. A local file needs no bound, and is quicker without.
func (d *DB) groupContext(batch []*Job) (context.Context, context.CancelFunc) {
	if d.Dialect.OneWriter {
		return context.Background(), func() {}
	}
	size := 0
	for _, j := range batch {
		size += j.Size
	}
	return context.WithTimeout(context.Background(), groupTime+ExtraTime(size))
}

func fail(batch []*Job, err error) {
	for _, j := range batch {
		j.err = err
	}
}

// together runs a group in one transaction: first what shares its statements, then what goes by itself. An error means that nothing of it was stored.
func (d *DB) together(ctx context.Context, conn *session, batch []*Job) error {
	q := d.options.Questions()
	asked := map[*Job]bool{}
	for _, j := range batch {
		asked[j] = j.Joint != nil && j.ctx.Err() == nil && j.Joint.Ask(q, false)
	}
	t, err := d.begin(ctx, conn, q.Steps()...)
	if err != nil {
		return err
	}
	rest := t.settleTogether(ctx, q, batch, asked)
	if len(rest) == 0 {
		if err = t.flush(ctx, &Step{Query: commitText}); err == nil {
			d.committed(t)
			return nil
		}
	}
	if err == nil {
		err = t.flush(ctx)
	}
	for i := 0; err == nil && i < len(rest); i++ {
		err = d.inSavepoint(ctx, t, rest[i])
	}
	if err != nil {
		conn.rollback()
		return err
	}
	return d.end(ctx, t)
}

// settleTogether settles the jobs of a group that could ask together, and returns those that must go by themselves.
func (t *Tx) settleTogether(ctx context.Context, q Questions, batch []*Job, asked map[*Job]bool) (rest []*Job) {
	t.deferred = &deferred{}
	for _, j := range batch {
		if !asked[j] {
			rest = append(rest, j)
			continue
		}
		before, woken := len(t.deferred.changes), t.Woken
		if j.err = j.Joint.Settle(ctx, t, q); j.err == nil {
			continue
		}
		t.deferred.changes, t.Woken = t.deferred.changes[:before], woken
		if errors.Is(j.err, ErrApart) {
			j.err = nil
			rest = append(rest, j)
		}
	}
	return rest
}

// inSavepoint leaves the job's own failure in j.err; what it returns fails the group.
func (d *DB) inSavepoint(ctx context.Context, t *Tx, j *Job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if _, err := t.Exec(ctx, "SAVEPOINT one"); err != nil {
		return fmt.Errorf("beginning a part: %w", err)
	}
	woken := t.Woken
	q, first := d.questionsOf(j)
	if j.err = t.Run(ctx, first...); j.err == nil {
		j.err = j.settle(ctx, t, q)
	}
	if j.err == nil {
		j.err = t.SendLast(ctx)
	}
	if j.err != nil {
		if j.again() {
			return j.err
		}
		t.Woken = woken
		if _, err := t.Exec(ctx, "ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("undoing a part: %w", err)
		}
	}
	if _, err := t.Exec(ctx, "RELEASE SAVEPOINT one"); err != nil {
		return fmt.Errorf("ending a part: %w", err)
	}
	return nil
}

// alone runs a job in a transaction of its own, again where it got in another's way, and leaves its failure in j.err.
func (d *DB) alone(ctx context.Context, conn *session, j *Job) {
	for range retries {
		if j.err = j.ctx.Err(); j.err != nil {
			return
		}
		if j.err = d.once(ctx, conn, j); !j.again() {
			return
		}
	}
}

func (d *DB) once(ctx context.Context, conn *session, j *Job) error {
	q, first := d.questionsOf(j)
	t, err := d.begin(ctx, conn, first...)
	if err != nil {
		return err
	}
	if err := j.settle(ctx, t, q); err != nil {
		conn.rollback()
		return err
	}
	return d.end(ctx, t)
}

// questionsOf are the questions of a job that goes alone, and the statements that answer them.
func (d *DB) questionsOf(j *Job) (Questions, []*Step) {
	switch {
	case j.Joint != nil:
		q := d.options.Questions()
		j.Joint.Ask(q, true)
		return q, q.Steps()
	case j.First != nil:
		return nil, []*Step{j.First}
	}
	return nil, nil
}

func (j *Job) settle(ctx context.Context, t *Tx, q Questions) error {
	if j.Joint != nil {
		return j.Joint.Settle(ctx, t, q)
	}
	return j.Do(ctx, t)
}

// again tells whether a job has only got in another's way: the next try asks anew, and finds what that one has left.
func (j *Job) again() bool { return again(j.err) || j.Joint != nil && clash(j.err) }

// begin begins a transaction, and asks what is to be known first, on another connection where the server has cut this one: nothing was under way yet.
func (d *DB) begin(ctx context.Context, conn *session, first ...*Step) (*Tx, error) {
	var err error
	begun := &Step{Query: conn.beginText}
	for range d.Dialect.reconnects + 1 {
		if err = conn.ready(ctx); err == nil {
			err = conn.Run(ctx, append([]*Step{begun}, first...)...)
		}
		if err == nil {
			return &Tx{session: conn, Dialect: d.Dialect, Now: d.Now(), order: d.options.Order, follows: d.clock != nil}, nil
		}
		if begun.done && !conn.lost() {
			conn.rollback()
			return nil, fmt.Errorf("asking: %w", err)
		}
		if d.Dialect.reconnects == 0 || ctx.Err() != nil {
			break
		}
		if err = d.replace(ctx, conn); err != nil {
			break
		}
	}
	conn.broken = true
	return nil, fmt.Errorf("beginning: %w", err)
}

func (d *DB) end(ctx context.Context, t *Tx) error {
	if err := t.SendLast(ctx, &Step{Query: commitText}); err != nil {
		t.rollback()
		return fmt.Errorf("committing: %w", err)
	}
	d.committed(t)
	return nil
}

// SendLast sends what a change has left, and the steps after it.
func (t *Tx) SendLast(ctx context.Context, after ...*Step) error {
	steps := append(t.Last, after...)
	t.Last = nil
	return t.Run(ctx, steps...)
}

// committed wakes who waits for what the transaction made due.
func (d *DB) committed(t *Tx) {
	if t.Woken {
		d.signal()
	}
}
