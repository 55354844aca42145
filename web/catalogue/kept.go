package catalogue

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
)

// TableOf is a table of rows of the store, by the rules and the tree of the catalogue in use.
func (s *Rows) TableOf(rows []catalogue.Row) (*routing.Table, error) {
	c := catalogue.FromRows(rows)
	if t := s.Table(); t != nil {
		return t.With(c)
	}
	return routing.NewTable(c, s.Rules)
}

// catalogueRows are the rows of one version, or of the draft of one revision, with what was worked out from them. None
// of it changes, so pages share it: nobody may write to All.
type catalogueRows struct {
	version, revision int64 // one of them; neither: there are no rows
	All               []catalogue.Row

	mu    sync.Mutex
	inUse *routing.Table // the table by whose rules and tree the one below was made
	table *routing.Table
	day   routing.Date // on which the rules below were asked
	wrong catalogue.Problems
}

// tableBy is the table that the rows make, by the rules of the one in use.
func (c *catalogueRows) tableBy(s *Rows) (*routing.Table, error) {
	inUse := s.Table()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table != nil && c.inUse == inUse {
		return c.table, nil
	}
	table, err := s.TableOf(c.All)
	if err == nil {
		c.table, c.inUse = table, inUse
	}
	return table, err
}

// brokenOn are the rules that the rows break on a day.
func (c *catalogueRows) brokenOn(day routing.Date, rules routing.Rules) catalogue.Problems {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.day != day {
		c.day, c.wrong = day, nil
		errors.As(catalogue.Check(c.All, rules, day), &c.wrong)
	}
	return c.wrong
}

// rowsMost bounds how many states of the catalogue are kept: the draft, what it builds on, and one more that somebody
// looks at.
const rowsMost = 3

// keptCatalogue is what was worked out from the rows that pages showed last.
type keptCatalogue struct {
	mu       sync.Mutex
	rows     []*catalogueRows // the last one first
	texts    *rowTexts
	compared *comparedRows
}

// find finds rows that are kept.
func (k *keptCatalogue) find(version, revision int64) *catalogueRows {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.rows, func(c *catalogueRows) bool { return c.version == version && c.revision == revision })
	if i < 0 {
		return nil
	}
	c := k.rows[i]
	k.rows = slices.Insert(slices.Delete(k.rows, i, i+1), 0, c)
	return c
}

// keep keeps rows; if somebody else was quicker, theirs.
func (k *keptCatalogue) keep(version, revision int64, rows []catalogue.Row) *catalogueRows {
	if c := k.find(version, revision); c != nil {
		return c
	}
	c := &catalogueRows{version: version, revision: revision, All: slices.Clip(rows)}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rows = slices.Insert(k.rows, 0, c)
	clear(k.rows[min(len(k.rows), rowsMost):])
	k.rows = k.rows[:min(len(k.rows), rowsMost)]
	return c
}

// draftNow is the draft with its rows, or where none is open what it would begin from. Its Rows are shared.
func (s *Rows) draftNow(ctx context.Context) (catalogues.Draft, *catalogueRows, error) {
	d, err := s.Relay.Store.CatalogueState(ctx)
	if err != nil {
		return d, nil, err
	}
	c := s.states.find(rowsKey(d))
	if c == nil {
		if d, err = s.Relay.Store.CatalogueDraft(ctx); err != nil {
			return d, nil, err
		}
		version, revision := rowsKey(d) // which may be others by now
		c = s.states.keep(version, revision, d.Rows)
	}
	d.Rows = c.All
	return d, c, nil
}

// rowsKey says which rows a draft has.
func rowsKey(d catalogues.Draft) (version, revision int64) {
	if d.Open {
		return 0, d.Revision
	}
	return d.Latest, 0
}

// versionRows are the rows of a version; of version 0 there are none.
func (s *Rows) versionRows(ctx context.Context, number int64) (*catalogueRows, error) {
	if c := s.states.find(number, 0); c != nil {
		return c, nil
	}
	rows, err := s.Relay.Store.CatalogueRows(ctx, number)
	if err != nil {
		return nil, err
	}
	return s.states.keep(number, 0, rows), nil
}

// rowTexts are the words of rows, ours and the Swedish ones, in lower case and one after the other: a search goes
// through a hundred thousand rows as through one text.
type rowTexts struct {
	of   *catalogueRows
	text string
	ends []int // of each row's part
}

const textBetween = "\x00" // ends each row's part; no row has it

// rowText is what a search looks for in a row.
func rowText(e catalogue.Row) string { return identity.Fold(e.Words() + " " + rowWords(e)) }

// textsOf are the words of rows. Those of a row that the rows before had too, as after an edit, are taken from there.
func textsOf(c *catalogueRows, before *rowTexts) *rowTexts {
	t := &rowTexts{of: c, ends: make([]int, len(c.All))}
	var b strings.Builder
	var known []catalogue.Row
	if before != nil {
		known = before.of.All
		b.Grow(len(before.text) + 4096)
	}
	at := 0 // in what is known
	for i := range c.All {
		if at+1 < len(known) && known[at].ID != c.All[i].ID && known[at+1].ID == c.All[i].ID {
			at++ // one was removed
		}
		if at < len(known) && known[at] == c.All[i] {
			b.WriteString(before.part(at))
			at++
		} else {
			if at < len(known) && known[at].ID == c.All[i].ID {
				at++ // it was changed
			}
			b.WriteString(rowText(c.All[i]))
			b.WriteString(textBetween)
		}
		t.ends[i] = b.Len()
	}
	t.text = b.String()
	return t
}

func (t *rowTexts) part(i int) string {
	begin := 0
	if i > 0 {
		begin = t.ends[i-1]
	}
	return t.text[begin:t.ends[i]]
}

// found are the places of the rows that have a text in their words.
func (t *rowTexts) found(text string) func(func(int) bool) {
	text = identity.Fold(text)
	return func(yield func(int) bool) {
		if strings.Contains(text, textBetween) {
			return
		}
		for at := 0; at < len(t.text); {
			n := strings.Index(t.text[at:], text)
			if n < 0 {
				return
			}
			i, exact := slices.BinarySearch(t.ends, at+n)
			if exact { // it begins where the part before ends
				i++
			}
			if !yield(i) {
				return
			}
			at = t.ends[i]
		}
	}
}

// textsOf are the words of rows, kept for the next search.
func (k *keptCatalogue) textsOf(c *catalogueRows) *rowTexts {
	k.mu.Lock()
	last := k.texts
	k.mu.Unlock()
	if last != nil && last.of == c {
		return last
	}
	t := textsOf(c, last)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.texts = t
	return t
}
