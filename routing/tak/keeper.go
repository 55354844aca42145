package tak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// Keeper keeps a routing table fresh by reading its source again and again. When reading fails, the last good table
// stays in use. Calls find no table only when none has ever been read.
type Keeper struct {
	Source Source
	Rules  routing.Rules
	// the file of the saved copy: written after each refresh, and read when the source fails at start; "" for none
	CacheFile string
	Every     time.Duration    // between refreshes; 0: 10 minutes
	Retry     time.Duration    // between attempts while there is no table at all; 0: 10 seconds
	Poll      time.Duration    // between questions for the source's mark, see Marked; 0: 2 seconds
	Now       func() time.Time // nil: time.Now
	Log       *zap.Logger      // nil: no log

	// Tree reads the HSA files again, for RefreshTree. Nil: there are no such files.
	Tree func() (routing.Tree, error)

	// MaxShrink is how many percent of its routes or permissions an answer may lose. One that lost more is held back
	// until a person accepts it. 0: nothing is held back.
	MaxShrink int
	// Accepted is called with an answer that is held back, and tells whether a person has accepted it. Nil: only Accept
	// can accept it.
	Accepted func(ctx context.Context, h Held) (bool, error)

	// TurnedOff is called with the units that citizens cannot choose any more by a new catalogue, because a region lost
	// its patient board. The catalogue is used all the same, since its source decides. Nil: only the log says it.
	TurnedOff func(ctx context.Context, off []routing.TurnedOff) error

	refreshing sync.Mutex // one refresh at a time, whoever asked for it
	current    atomic.Pointer[loaded]
	lastError  atomic.Pointer[failure]    // nil after a success
	tree       atomic.Pointer[TreeStatus] // nil before the first table
	attempted  atomic.Bool
	held       atomic.Pointer[holding] // nil when no answer is held back
	mark       atomic.Pointer[string]  // the source's mark when its catalogue was last put in use
	failed     string                  // the mark at which reading failed last; used by Run only
	again      time.Time               // when that mark may be tried again; used by Run only
}

// loaded is a table together with the catalogue that it was built from, so that both change at once.
type loaded struct {
	table     *routing.Table
	catalogue routing.Catalogue
	at        time.Time
	fromCache bool
}

type failure struct {
	reason string
	at     time.Time
}

// Report tells what a refresh changed.
type Report struct {
	Routes      int
	Permissions int
	FromCache   bool                  // the source failed, and the saved copy is in use
	Changes     catalogue.Differences // against the table before
	Notes       []routing.TableFact   // what a person should know, see routing.Table.Notes
}

// TreeStatus is how the HSA tree was last read.
type TreeStatus struct {
	Read   time.Time `json:"read,omitzero"`
	OK     bool      `json:"ok"`
	Before int       `json:"before"` // units before it
	Now    int       `json:"now"`    // units in use
}

// Status is how the catalogue is at present.
type Status struct {
	Source string `json:"source"` // what the source calls itself
	// when the catalogue was read from its source; for the saved copy, when that was written
	Loaded      time.Time `json:"loaded,omitzero"`
	FromCache   bool      `json:"fromCache,omitempty"` // the table comes from the saved copy
	LastError   string    `json:"lastError,omitempty"` // why the last refresh failed; "" when it did not
	LastErrorAt time.Time `json:"lastErrorAt,omitzero"`
	Routes      int       `json:"routes"`
	Permissions int       `json:"permissions"`
	Held        *Held     `json:"held,omitempty"` // an answer that waits until a person accepts it
	// regions whose units citizens cannot choose today, because the region has no patient board
	Inactive []routing.InactiveRegion `json:"inactiveRegions,omitempty"`

	Tree TreeStatus `json:"tree"`
}

// Run refreshes at once, unless a refresh was already made, and then every Every until ctx ends. It returns nil.
func (k *Keeper) Run(ctx context.Context) error {
	if !k.attempted.Load() {
		_, _ = k.Refresh(ctx) // the reason is in the log and in Status
	}
	look := time.NewTicker(k.poll())
	defer look.Stop()
	timer := time.NewTimer(k.pause())
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			k.news(ctx)
		case <-timer.C:
			_, _ = k.Refresh(ctx)
			timer.Reset(k.pause())
		}
	}
}

func (k *Keeper) pause() time.Duration {
	switch {
	case k.Table() == nil && k.Retry > 0:
		return k.Retry
	case k.Table() == nil:
		return 10 * time.Second
	case k.Every > 0:
		return k.Every
	}
	return 10 * time.Minute
}

// Table is the table in use; nil when none has been read yet. The next call may return another one.
func (k *Keeper) Table() *routing.Table {
	if now := k.current.Load(); now != nil {
		return now.table
	}
	return nil
}

// Catalogue is what the table in use was built from. The caller must not change it.
func (k *Keeper) Catalogue() routing.Catalogue {
	if now := k.current.Load(); now != nil {
		return now.catalogue
	}
	return routing.Catalogue{}
}

// Status tells how the catalogue is.
func (k *Keeper) Status() Status {
	var s Status
	if named, ok := k.Source.(fmt.Stringer); ok {
		s.Source = named.String()
	}
	if now := k.current.Load(); now != nil {
		s.Loaded, s.FromCache = now.at, now.fromCache
		s.Routes, s.Permissions = now.table.Size()
		s.Inactive = now.table.InactiveRegions(k.now())
	}
	if tree := k.tree.Load(); tree != nil {
		s.Tree = *tree
	}
	if waiting := k.held.Load(); waiting != nil {
		s.Held = &waiting.held
	}
	if failed := k.lastError.Load(); failed != nil {
		s.LastError, s.LastErrorAt = failed.reason, failed.at
	}
	return s
}

// Refresh reads the source and puts a new table in use. When that fails it keeps the present table and returns why; if
// there is no table yet, it puts the saved copy in use and returns the error all the same. An answer that has lost too
// many rows is not used: the error is Held.
func (k *Keeper) Refresh(ctx context.Context) (Report, error) {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	defer k.attempted.Store(true)
	c, err := k.Source.Read(ctx)
	if err == nil {
		err = k.weigh(ctx, c)
	}
	if err == nil {
		var report Report
		if report, err = k.use(ctx, c, k.now(), false); err == nil {
			k.lastError.Store(nil)
			k.save(c)
			return report, nil
		}
	}
	reason := brief(err)
	k.lastError.Store(&failure{reason, k.now()})
	before := k.current.Load()
	if before != nil {
		k.log().Error("catalogue not refreshed, the last good one stays", zap.String("reason", reason),
			zap.Duration("age", k.now().Sub(before.at)))
		return Report{}, err
	}
	k.log().Error("catalogue not read", zap.String("reason", reason))
	return k.fallBack(ctx), err
}

// RefreshTree reads only the HSA files and puts the present catalogue in use with the new tree. When that fails it
// keeps the present tree and returns why.
func (k *Keeper) RefreshTree(ctx context.Context) error {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	now := k.current.Load()
	units := len(k.Catalogue().Tree)
	tree, err := k.readTree(now)
	if err == nil {
		c := now.catalogue
		c.Tree = tree
		_, err = k.use(ctx, c, now.at, now.fromCache)
	}
	if err != nil {
		k.tree.Store(&TreeStatus{Read: k.now(), Before: units, Now: units})
		k.log().Error("HSA tree not refreshed, the last good one stays", zap.String("reason", brief(err)))
	}
	return err
}

func (k *Keeper) readTree(now *loaded) (routing.Tree, error) {
	switch {
	case now == nil:
		return nil, errors.New("reading the HSA tree: there is no catalogue yet")
	case k.Tree == nil:
		return now.catalogue.Tree, nil
	}
	return k.Tree()
}

// use builds a table and puts it in use.
func (k *Keeper) use(ctx context.Context, c routing.Catalogue, at time.Time, fromCache bool) (Report, error) {
	table, err := routing.NewTable(c, k.Rules)
	if err != nil {
		return Report{}, err
	}
	report := Report{
		FromCache: fromCache, Notes: table.Notes(), Changes: catalogue.Diff(k.Catalogue(), c),
	}
	report.Routes, report.Permissions = table.Size()
	units := len(k.Catalogue().Tree)
	k.tellTurnedOff(ctx, table, c, at)
	before := k.current.Swap(&loaded{table, c, at, fromCache})
	k.tree.Store(&TreeStatus{Read: k.now(), OK: true, Before: units, Now: len(c.Tree)})
	if before == nil || len(report.Changes) > 0 {
		k.log().Info("catalogue in use", zap.Int("routes", report.Routes), zap.Int("permissions", report.Permissions),
			zap.Int("changes", len(report.Changes)), zap.Bool("fromCache", fromCache), zap.Time("loaded", at))
		for _, note := range report.Notes[:min(len(report.Notes), 20)] {
			k.log().Warn("catalogue: "+note.String(), zap.String("code", note.Code))
		}
	}
	return report, nil
}

// tellTurnedOff warns of regions that lost their patient board by the new catalogue. Nobody here is asked to confirm
// that, since the catalogue is kept elsewhere.
func (k *Keeper) tellTurnedOff(ctx context.Context, table *routing.Table, c routing.Catalogue, at time.Time) {
	before := k.current.Load()
	if before == nil {
		return
	}
	off := routing.TurnsOff(before.table, table, routing.ChangeDays(before.catalogue, c, routing.DateOf(at)), nil)
	if routing.MustConfirm(off) == 0 {
		return
	}
	if k.TurnedOff != nil {
		if err := k.TurnedOff(ctx, off); err != nil {
			k.log().Error("noting that units are turned off for citizens", zap.Error(err))
		}
	}
	told := map[string]bool{}
	for _, u := range off {
		if why := u.Why.Words(routing.TurnedOffWords()); u.ByBoard() && !told[why] {
			told[why] = true
			k.log().Warn("catalogue: units are turned off for citizens", zap.String("why", why), zap.Stringer("from", u.Day),
				zap.String("region", u.Region), zap.Int("units", len(off)))
		}
	}
}

// fallBack puts the saved copy in use. It counts as read when its file was written.
func (k *Keeper) fallBack(ctx context.Context) Report {
	if k.CacheFile == "" {
		return Report{}
	}
	written, err := os.Stat(k.CacheFile)
	if errors.Is(err, os.ErrNotExist) {
		return Report{}
	}
	var report Report
	if err == nil {
		var c routing.Catalogue
		if c, err = k.saved(); err == nil {
			report, err = k.use(ctx, c, written.ModTime(), true)
		}
	} else {
		err = unsaved(err)
	}
	if err != nil {
		k.log().Error("saved copy of the catalogue not usable", zap.String("reason", brief(err)))
		return Report{}
	}
	return report
}

func (k *Keeper) saved() (routing.Catalogue, error) {
	file, err := openFile(k.CacheFile, why("reading-copy"))
	if err != nil {
		return routing.Catalogue{}, err
	}
	defer file.Close()
	return ReadCache(file)
}

// save writes the saved copy. When that fails the gateway goes on working, and logs it.
func (k *Keeper) save(c routing.Catalogue) {
	if k.CacheFile == "" {
		return
	}
	if err := SaveCache(k.CacheFile, c); err != nil {
		k.log().Warn("catalogue not saved for the next start", zap.String("reason", brief(err)))
	}
}

func (k *Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}

func (k *Keeper) log() *zap.Logger {
	if k.Log == nil {
		return zap.NewNop()
	}
	return k.Log
}

// brief is the text of an error on one line, cut to the length of a reasonable log line.
func brief(err error) string {
	const most = 10
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("and %d more", len(lines)-most))
	}
	return strings.Join(lines, "; ")
}
