package web

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"rivgate/routing"
	"rivgate/store"
)

// tablesMost bounds how many tables are kept; none has more than cellsMost cells.
const tablesMost = 8

// keptTables are tables of statistics with what is hidden in them: to weigh thousands of cells against each other takes longer than a page may. They are found by
// the counts themselves, so none is ever old. Nobody changes one.
type keptTables struct {
	mu     sync.Mutex
	tables []keptTable // the last one first
}

type keptTable struct {
	counts [sha256.Size]byte
	names  *routing.Table // which the labels are from
	table  *table
}

// hidden is the table of counts, with what is hidden in it.
func (s *Site) hidden(f store.StatisticsScope, rows []store.StatisticsRow, each step) (*table, error) {
	b, err := json.Marshal([]any{f.By, f.From, f.Until, each, s.smallCounts(), rows})
	if err != nil {
		return nil, err
	}
	counts, names := sha256.Sum256(b), s.table()
	s.tables.mu.Lock()
	i := slices.IndexFunc(s.tables.tables, func(k keptTable) bool { return k.counts == counts && k.names == names })
	if i >= 0 {
		defer s.tables.mu.Unlock()
		return s.tables.tables[i].table, nil
	}
	s.tables.mu.Unlock()
	t := s.newTable(f.By, rows, each)
	t.fill(f.From, f.Until, each)
	if t.twofold() && len(t.Rows)*len(t.Cols) > cellsMost {
		return nil, errTooMany
	}
	t.hide(s.smallCounts())
	s.tables.mu.Lock()
	defer s.tables.mu.Unlock()
	s.tables.tables = slices.Insert(s.tables.tables, 0, keptTable{counts, names, t})
	s.tables.tables = slices.Clip(slices.Clone(s.tables.tables[:min(len(s.tables.tables), tablesMost)]))
	return t, nil
}
