package db

// Group commit. Whatever comes in while one group is on its way to the disk is the next group.
//
//	callers           writer                           database
//	A ──Group──┐
//	B ──Group──┼─► jobs ─► fill: all that waits ─► BEGIN + questions of A, B and D, in one message
//	C ──Write──┤                                   ◄─ answers
//	D ──Group──┘           settle A, B, D by the answers: their changes are put into one list
//	                       flush: statements of one kind become one, in the order of Options.Order
//	                       C, and whoever returned ErrGoAlone ─► a SAVEPOINT each
//	                       COMMIT ─────────────────────► on disk
//	   ◄──────────────────────── done: all of the group hear it at once
//
// A job that fails leaves the others alone. Where the database refuses the whole group, since it met another's changes,
// each job is tried by itself. PostgreSQL has several writers, shared out by the key of the job; SQLite has one, which
// takes every change.

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
	Last    []*Step // steps that a change leaves to be sent together with its end
	Woken   bool    // something became due: who waits on DB.Wake is woken when the transaction has ended

	deferred *deferred    // what the changes of a group put; nil where each is made at once
	order    []*Statement // of Options
	follows  bool         // Now is the database's clock
}

// Change is what a verb does inside its transaction. It may run more than once, so it begins by forgetting what it
// found before.
type Change func(ctx context.Context, t *Tx) error

// Job is a change that waits for its group: one of Do and Joint.
type Job struct {
	Do     Change      // goes by itself
	Shared GroupChange // goes together with others, where it can
	First  *Step       // asked as the transaction of Do begins; nil: nothing is
	Size   int         // of what it stores, roughly

	ctx  context.Context
	err  error
	done chan error // buffered: the caller may be gone
}

// Questions are what the changes of a group need to know, and the answers.
type Questions interface {
	Steps() []*Step // the statements that answer
}

// GroupChange is a change that shares its statements with others of its group: what they all need to know is asked
// once, and what they all change is written once. The same code can run alone: then it asks for itself, and what it
// puts is written at once.
type GroupChange interface {
	// Ask adds what it needs to know. False, which counts only where it is not alone: another one of the group is at the
	// same thing, or it is of a kind that goes alone.
	Ask(q Questions, alone bool) bool
	// Settle decides by the answers and puts its changes. ErrGoAlone: by the answers, it must go alone.
	Settle(ctx context.Context, t *Tx, q Questions) error
}

// ErrGoAlone is returned by a change that cannot share statements with its group: it is run again, alone.
var ErrGoAlone = errors.New("to be done apart")

// writer commits changes in groups: so the rate of durable accepts is bounded by fsync × group, not by fsync.
type writer struct {
	db       *DB
	jobs     chan *Job
	conn     *session
	maxGroup int // jobs in a group
}

func (d *DB) startWriters() {
	start := func(most int) *writer {
		w := &writer{db: d, jobs: make(chan *Job, groupQueue), maxGroup: most}
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

// Group runs j in the next group of a writer, and returns when that is on disk. Changes with the same key go to the
// same writer.
func (d *DB) Group(ctx context.Context, key string, j *Job) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return d.submitAndWait(ctx, d.writers[h.Sum32()%uint32(len(d.writers))], j)
}

// Claim runs j after all other claims of this process that came before it.
func (d *DB) Claim(ctx context.Context, j *Job) error { return d.submitAndWait(ctx, d.claimer, j) }

func (d *DB) submitAndWait(ctx context.Context, w *writer, j *Job) error {
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
	d.runAlone(ctx, conn, j)
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

// fill adds the jobs that wait already to a group. It does not wait for more.
func (w *writer) fill(batch []*Job) []*Job {
	size := batch[0].Size
	for len(batch) < w.maxGroup && size < groupBytes {
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
		conn, err := w.db.session(ctx, w.db.Dialect.setup)
		if err != nil {
			failAll(batch, err)
			return
		}
		w.conn = conn
	}
	w.attempt(ctx, batch)
}

// attempt commits a group. On a conflict or a clash each of its jobs is tried as a group of its own, and then alone.
func (w *writer) attempt(ctx context.Context, batch []*Job) {
	if len(batch) == 1 && batch[0].Shared == nil {
		w.db.runAlone(ctx, w.conn, batch[0])
		return
	}
	err := w.db.commitGroup(ctx, w.conn, batch)
	switch {
	case err == nil:
	case !isConflict(err) && !isClash(err):
		failAll(batch, err)
	case len(batch) == 1:
		w.db.runAlone(ctx, w.conn, batch[0])
	default:
		for _, j := range batch {
			w.attempt(ctx, []*Job{j})
		}
	}
}

// ExtraTime is what a large change may take longer than others.
func ExtraTime(size int) time.Duration { return time.Duration(size>>20) * 250 * time.Millisecond }

// groupContext bounds a group in time where the database is across a network. A local file needs no bound, and is
// quicker without.
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

func failAll(batch []*Job, err error) {
	for _, j := range batch {
		j.err = err
	}
}

// commitGroup runs a group in one transaction: first the jobs that share statements, then each of the others. On an
// error nothing of the group is stored.
func (d *DB) commitGroup(ctx context.Context, conn *session, batch []*Job) error {
	q := d.options.Questions()
	asked := map[*Job]bool{}
	for _, j := range batch {
		asked[j] = j.Shared != nil && j.ctx.Err() == nil && j.Shared.Ask(q, false)
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
	return d.commit(ctx, t)
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
		if j.err = j.Shared.Settle(ctx, t, q); j.err == nil {
			continue
		}
		t.deferred.changes, t.Woken = t.deferred.changes[:before], woken
		if errors.Is(j.err, ErrGoAlone) {
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
		if j.isConflict() {
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

// runAlone runs a job in a transaction of its own, again on a conflict, and leaves its failure in j.err.
func (d *DB) runAlone(ctx context.Context, conn *session, j *Job) {
	for range retries {
		if j.err = j.ctx.Err(); j.err != nil {
			return
		}
		if j.err = d.tryOnce(ctx, conn, j); !j.isConflict() {
			return
		}
	}
}

func (d *DB) tryOnce(ctx context.Context, conn *session, j *Job) error {
	q, first := d.questionsOf(j)
	t, err := d.begin(ctx, conn, first...)
	if err != nil {
		return err
	}
	if err := j.settle(ctx, t, q); err != nil {
		conn.rollback()
		return err
	}
	return d.commit(ctx, t)
}

// questionsOf are the questions of a job that goes alone, and the statements that answer them.
func (d *DB) questionsOf(j *Job) (Questions, []*Step) {
	switch {
	case j.Shared != nil:
		q := d.options.Questions()
		j.Shared.Ask(q, true)
		return q, q.Steps()
	case j.First != nil:
		return nil, []*Step{j.First}
	}
	return nil, nil
}

func (j *Job) settle(ctx context.Context, t *Tx, q Questions) error {
	if j.Shared != nil {
		return j.Shared.Settle(ctx, t, q)
	}
	return j.Do(ctx, t)
}

// isConflict tells whether a job failed only because of another transaction: the next try asks again, and finds what
// that one has written.
func (j *Job) isConflict() bool { return isConflict(j.err) || j.Shared != nil && isClash(j.err) }

// begin begins a transaction and runs the steps of first. Where the server has cut the connection it takes another one:
// nothing was under way yet.
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

func (d *DB) commit(ctx context.Context, t *Tx) error {
	if err := t.SendLast(ctx, &Step{Query: commitText}); err != nil {
		t.rollback()
		return fmt.Errorf("committing: %w", err)
	}
	d.committed(t)
	return nil
}

// SendLast runs the steps in Last, and then those of after.
func (t *Tx) SendLast(ctx context.Context, after ...*Step) error {
	steps := append(t.Last, after...)
	t.Last = nil
	return t.Run(ctx, steps...)
}

// committed wakes whoever waits on DB.Wake, if the transaction made something due.
func (d *DB) committed(t *Tx) {
	if t.Woken {
		d.signal()
	}
}
