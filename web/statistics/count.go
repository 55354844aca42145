package statistics

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// tablesMost bounds how many tables are remembered; none has more than cellsMost cells.
const tablesMost = 8

// cellsMost bounds a table of two parameters.
const cellsMost = 6000

// errTooMany is a table of two parameters that has too many cells.
var errTooMany = shell.Invalid("by", wordTooMany)

// tableCache remembers tables of statistics, so that a page and its file count once. A table is found by what was asked
// and by the revision of what is counted, so it is never old. Nobody changes one.
type tableCache struct {
	mu     sync.Mutex
	tables []cachedTable // the last one first
}

type cachedTable struct {
	key   [sha256.Size]byte
	names *routing.Table // the labels are from it
	table *table
}

func (c *tableCache) find(key [sha256.Size]byte, names *routing.Table) *table {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.tables {
		if one.key == key && one.names == names {
			return one.table
		}
	}
	return nil
}

func (c *tableCache) add(one cachedTable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tables = slices.Insert(c.tables, 0, one)
	c.tables = slices.Clone(c.tables[:min(len(c.tables), tablesMost)])
}

// count is the table of a count. Blurred are only those for which the gateway has a threshold.
func (s *Pages) count(ctx context.Context, f store.StatisticsFilter, each step) (*table, error) {
	f.Blurred = f.Blurred && s.smallCounts() > 1
	revision, err := s.Relay.Store.StatisticsRevision(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal([]any{f, each, s.smallCounts(), revision})
	if err != nil {
		return nil, err
	}
	key, names := sha256.Sum256(asked), s.Table()
	if t := s.tables.find(key, names); t != nil {
		return t, nil
	}
	counts, err := s.Relay.Store.Statistics(ctx, f)
	if err != nil {
		return nil, err
	}
	t := s.newTable(f.By, counts.Rows, each)
	t.fill(f.From, f.To, each)
	if t.twofold() && len(t.Rows)*len(t.Cols) > cellsMost {
		return nil, errTooMany
	}
	t.Cases.N = counts.Cases
	if f.Blurred {
		t.blur(s.smallCounts())
	}
	s.tables.add(cachedTable{key, names, t})
	return t, nil
}

func (s *Pages) smallCounts() int {
	if s.SmallCounts < 1 {
		return 5
	}
	return s.SmallCounts
}
