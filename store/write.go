package store

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

// tx is a transaction under way, as the verbs see it.
type tx struct {
	*session
	gathered *gathered // what the changes of a group put; nil where each makes its own at once
	last     []*step   // what a change leaves to be sent with its end
	dialect  dialect
	now      time.Time
	follows  bool // now is the database's clock
	woken    bool // a delivery became due
	newID    func() string
	due      dueDays
}

// change is what a verb does inside its transaction. It may run more than once, so it begins by forgetting what it found before.
type change func(ctx context.Context, t *tx) error

// job is a change that waits for its group.
type job struct {
	ctx   context.Context
	do    change
	joint joint // does the same, together with others; nil: it goes by itself
	first *step // asked as the transaction begins, where it goes by itself; nil: nothing is
	err   error
	done  chan error // buffered: the caller may be gone
	size  int        // of what it stores, roughly
}

// writer commits changes in groups: whatever has come in while one group was on its way to the disk is the next group. So the rate of
// durable accepts is bounded by fsync × group, not by fsync.
type writer struct {
	store *Store
	jobs  chan *job
	conn  *session
	most  int // in a group
}

func (s *Store) startWriters() {
	start := func(most int) *writer {
		w := &writer{store: s, jobs: make(chan *job, groupQueue), most: most}
		s.running.Go(w.run)
		return w
	}
	for range s.dialect.writers {
		s.writers = append(s.writers, start(groupMax))
	}
	if s.claimer = s.writers[0]; !s.dialect.oneWriter {
		s.claimer = start(1)
	}
}

// group runs j in the next group of a writer, and returns when that is on disk. Changes with the same key go to the same writer.
func (s *Store) group(ctx context.Context, key string, j *job) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return s.groupOf(ctx, s.writers[h.Sum32()%uint32(len(s.writers))], j)
}

func (s *Store) groupOf(ctx context.Context, w *writer, j *job) error {
	j.ctx, j.done = ctx, make(chan error, 1)
	if err := s.submit(ctx, w, j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) submit(ctx context.Context, w *writer, j *job) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write runs do in a transaction: of its own, or, where the database has only one writer, in that one's next group.
func (s *Store) write(ctx context.Context, do change) error {
	if s.dialect.oneWriter {
		return s.group(ctx, "", &job{do: do})
	}
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	conn, err := s.session(ctx, "")
	if err != nil {
		return err
	}
	defer conn.close()
	j := &job{ctx: ctx, do: do}
	s.alone(ctx, conn, j)
	return j.err
}

func (w *writer) run() {
	defer func() {
		if w.conn != nil {
			w.conn.close()
		}
	}()
	for j := range w.jobs {
		batch := w.fill(append(make([]*job, 0, 8), j))
		w.commit(batch)
		for _, j := range batch {
			j.done <- j.err
		}
	}
}

// fill adds what waits already to a group, and waits for nothing.
func (w *writer) fill(batch []*job) []*job {
	size := batch[0].size
	for len(batch) < w.most && size < groupBytes {
		select {
		case j, ok := <-w.jobs:
			if !ok {
				return batch
			}
			batch, size = append(batch, j), size+j.size
		default:
			return batch
		}
	}
	return batch
}

// commit makes one transaction of a group. Each job has a savepoint, so that one that fails leaves the others alone.
func (w *writer) commit(batch []*job) {
	ctx, cancel := w.store.groupContext(batch)
	defer cancel()
	if w.conn != nil && w.conn.broken {
		w.conn.close()
		w.conn = nil
	}
	if w.conn == nil {
		conn, err := w.store.session(ctx, w.store.dialect.tune)
		if err != nil {
			fail(batch, err)
			return
		}
		w.conn = conn
	}
	w.attempt(ctx, batch)
}

// attempt commits a group. Has it got in the way of others, each of its changes is tried as a group of its own, and then in its other form.
func (w *writer) attempt(ctx context.Context, batch []*job) {
	if len(batch) == 1 && batch[0].joint == nil {
		w.store.alone(ctx, w.conn, batch[0])
		return
	}
	err := w.store.together(ctx, w.conn, batch)
	switch {
	case err == nil:
	case !again(err) && !clash(err):
		fail(batch, err)
	case len(batch) == 1:
		w.store.alone(ctx, w.conn, batch[0])
	default:
		for _, j := range batch {
			w.attempt(ctx, []*job{j})
		}
	}
}

// groupContext bounds a group in time where the database is across a network. A local file needs no bound, and is quicker without.
func (s *Store) groupContext(batch []*job) (context.Context, context.CancelFunc) {
	if s.dialect.oneWriter {
		return context.Background(), func() {}
	}
	size := 0
	for _, j := range batch {
		size += j.size
	}
	return context.WithTimeout(context.Background(), groupTime+extraTime(size))
}

func fail(batch []*job, err error) {
	for _, j := range batch {
		j.err = err
	}
}

// together runs a group in one transaction: first what shares its statements, then what goes by itself. An error means that nothing of it was stored.
func (s *Store) together(ctx context.Context, conn *session, batch []*job) error {
	q := newQuestions()
	asked := map[*job]bool{}
	for _, j := range batch {
		asked[j] = j.joint != nil && j.ctx.Err() == nil && j.joint.ask(q)
	}
	t, err := s.begin(ctx, conn, q.steps(s.dialect)...)
	if err != nil {
		return err
	}
	rest := t.gather(ctx, q, batch, asked)
	if len(rest) == 0 {
		if err = t.flush(ctx, &step{query: commitText}); err == nil {
			s.committed(t)
			return nil
		}
	}
	if err == nil {
		err = t.flush(ctx)
	}
	for i := 0; err == nil && i < len(rest); i++ {
		err = rest[i].inSavepoint(ctx, t)
	}
	if err != nil {
		conn.rollback()
		return err
	}
	return s.end(ctx, t)
}

// gather has the joint changes of a group put theirs, and tells which jobs are left to go by themselves.
func (t *tx) gather(ctx context.Context, q *questions, batch []*job, asked map[*job]bool) (rest []*job) {
	t.gathered = &gathered{}
	for _, j := range batch {
		if !asked[j] {
			rest = append(rest, j)
			continue
		}
		before, woken := len(t.gathered.puts), t.woken
		if j.err = j.joint.settle(ctx, t, q); j.err == nil {
			continue
		}
		t.gathered.puts, t.woken = t.gathered.puts[:before], woken
		if errors.Is(j.err, errApart) {
			j.err = nil
			rest = append(rest, j)
		}
	}
	return rest
}

// inSavepoint leaves the job's own failure in j.err; what it returns fails the group.
func (j *job) inSavepoint(ctx context.Context, t *tx) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if _, err := t.exec(ctx, "SAVEPOINT one"); err != nil {
		return fmt.Errorf("beginning a part: %w", err)
	}
	woken := t.woken
	if j.err = j.do(ctx, t); j.err == nil {
		j.err = t.sendLast(ctx)
	}
	if j.err != nil {
		if again(j.err) {
			return j.err
		}
		t.woken = woken
		if _, err := t.exec(ctx, "ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("undoing a part: %w", err)
		}
	}
	if _, err := t.exec(ctx, "RELEASE SAVEPOINT one"); err != nil {
		return fmt.Errorf("ending a part: %w", err)
	}
	return nil
}

// alone runs a job in a transaction of its own, again where it got in another's way, and leaves its failure in j.err.
func (s *Store) alone(ctx context.Context, conn *session, j *job) {
	for range retries {
		if j.err = j.ctx.Err(); j.err != nil {
			return
		}
		if j.err = s.once(ctx, conn, j); !again(j.err) {
			return
		}
	}
}

func (s *Store) once(ctx context.Context, conn *session, j *job) error {
	var first []*step
	if j.first != nil {
		first = append(first, j.first)
	}
	t, err := s.begin(ctx, conn, first...)
	if err != nil {
		return err
	}
	if err := j.do(ctx, t); err != nil {
		conn.rollback()
		return err
	}
	return s.end(ctx, t)
}

// begin begins a transaction, and asks what is to be known first, on another connection where the server has cut this one: nothing was under way yet.
func (s *Store) begin(ctx context.Context, conn *session, first ...*step) (*tx, error) {
	var err error
	begun := &step{query: conn.beginText}
	for range s.dialect.reconnects + 1 {
		if err = conn.ready(ctx); err == nil {
			err = conn.run(ctx, append([]*step{begun}, first...)...)
		}
		if err == nil {
			return &tx{session: conn, dialect: s.dialect, now: s.Now(), follows: s.clock != nil, newID: s.newID, due: s.due}, nil
		}
		if begun.done && !conn.lost() {
			conn.rollback()
			return nil, fmt.Errorf("asking: %w", err)
		}
		if s.dialect.reconnects == 0 || ctx.Err() != nil {
			break
		}
		if err = s.replace(ctx, conn); err != nil {
			break
		}
	}
	conn.broken = true
	return nil, fmt.Errorf("beginning: %w", err)
}

func (s *Store) end(ctx context.Context, t *tx) error {
	if err := t.sendLast(ctx, &step{query: commitText}); err != nil {
		t.rollback()
		return fmt.Errorf("committing: %w", err)
	}
	s.committed(t)
	return nil
}

// sendLast sends what a change has left, and the steps after it.
func (t *tx) sendLast(ctx context.Context, after ...*step) error {
	steps := append(t.last, after...)
	t.last = nil
	return t.run(ctx, steps...)
}

// committed wakes who waits for what the transaction made due.
func (s *Store) committed(t *tx) {
	if t.woken {
		s.signal()
	}
}
