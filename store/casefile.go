package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store/db"
)

// document is a case as its row holds it whole. The other columns are for finding and counting.
type document struct {
	Case  Case
	Facts Facts
}

// scanCase reads doc and protected of a row of cases.
func scanCase(rows *sql.Rows) (Case, error) {
	var text content
	var protected bool
	if err := rows.Scan(&text, &protected); err != nil {
		return Case{}, err
	}
	c, err := readCase(text)
	c.Protected = protected
	return c, err
}

func readCase(text content) (Case, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return Case{}, fmt.Errorf("reading a case: %w", err)
	}
	d.Case.Facts = d.Facts
	return d.Case, nil
}

// oneCase reads the case of a query that finds at most one; nil where there is none.
func oneCase(ctx context.Context, q db.Querier, query string, args ...any) (*Case, error) {
	cases, err := db.Collect(ctx, q, scanCase, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	if len(cases) == 0 {
		return nil, nil
	}
	return &cases[0], nil
}

// lockCase reads the case of an event and keeps it from others until the transaction ends; nil where there is none.
func (t *tx) lockCase(ctx context.Context, e *Event) (*Case, error) {
	if e.Case.Extension != "" {
		return oneCase(ctx, t, `SELECT doc, protected FROM cases WHERE `+byRef+t.Dialect.ForUpdate,
			fold(e.Case.Root), e.Case.Extension)
	}
	if e.External.Extension == "" {
		return nil, nil
	}
	return oneCase(ctx, t,
		`SELECT doc, protected FROM cases WHERE id = (SELECT case_id FROM case_external WHERE root = $1 AND extension = $2)`+
			t.Dialect.ForUpdate,
		fold(e.External.Root), e.External.Extension)
}

func (t *tx) lockCaseID(ctx context.Context, id string) (*Case, error) {
	return oneCase(ctx, t, `SELECT doc, protected FROM cases WHERE id = $1`+t.Dialect.ForUpdate, id)
}

// byRef finds a case by 1177's id. The condition that it is not empty must be written: the index has only those.
const byRef = `ref_root = $1 AND ref_extension = $2 AND ref_extension <> ''`

// columns are a case's row after its id.
func (c *Case) columns() ([]any, error) {
	doc, err := json.Marshal(document{Case: *c, Facts: c.Facts})
	if err != nil {
		return nil, fmt.Errorf("writing a case: %w", err)
	}
	return []any{
		fold(c.Ref.Root), c.Ref.Extension, string(c.State), fold(c.Handler.Unit), string(c.Handler.Via),
		db.Micros(c.Received),
		db.Micros(c.Changed), c.Version, c.ForwardDue, identity.Key(c.Facts.ReporterID), identity.Key(c.Facts.PatientID),
		c.Classification.Area, c.incidentUnit(), c.closedMonth(), contentText(doc), db.Micros(c.Due), string(c.Handler.Kind),
	}, nil
}

// insertCase stores a new case. With named, the handling system's id must not be another case's. code is the digest of
// the code by which a reporter without a number follows it.
func (t *tx) insertCase(ctx context.Context, c *Case, named bool, code string) error {
	c.ID = t.newID()
	c.Due = t.due.of(c)
	columns, err := c.columns()
	if err != nil {
		return err
	}
	if err := t.PutOne(ctx, insertCase, append([]any{c.ID}, columns...)...); err != nil {
		return err
	}
	if named && c.External.Extension != "" {
		err = t.PutOne(ctx, insertExternal, fold(c.External.Root), c.External.Extension, c.ID)
	} else {
		err = t.putExternal(ctx, c)
	}
	if err != nil {
		return err
	}
	return t.insertDerived(ctx, c, code)
}

// insertDerived writes what is derived from a new case: its codes, that its reporter gave no number, with the digest of
// the code that follows it, its row of the statistics, and its search words.
func (t *tx) insertDerived(ctx context.Context, c *Case, code string) error {
	if err := t.insertCodes(ctx, c); err != nil {
		return err
	}
	if c.Facts.Unnumbered() {
		if err := t.Put(ctx, insertUnnumbered, c.ID, code); err != nil {
			return err
		}
	}
	if err := t.putFact(ctx, c, nil); err != nil {
		return err
	}
	return t.putTokens(ctx, c, nil)
}

// putExternal enters the handling system's id of a case, unless it is another case's.
func (t *tx) putExternal(ctx context.Context, c *Case) error {
	if c.External.Extension == "" {
		return nil
	}
	return t.Put(ctx, insertExternal, fold(c.External.Root), c.External.Extension, c.ID)
}

// updateCase stores what became of a case that this transaction has locked. At another unit it is nobody's yet, and not
// parked.
func (t *tx) updateCase(ctx context.Context, c *Case, before *Case) error {
	columns, err := c.columns()
	if err != nil {
		return err
	}
	err = t.Put(ctx, updateCase, append([]any{c.ID}, columns...)...)
	if err != nil {
		return err
	}
	if err := t.putFact(ctx, c, before); err != nil {
		return err
	}
	if err := t.putTokens(ctx, c, before); err != nil {
		return err
	}
	if c.External != before.External {
		if err := t.putExternal(ctx, c); err != nil {
			return err
		}
	}
	if strings.Join(c.codeList(), " ") == strings.Join(before.codeList(), " ") {
		return nil
	}
	if err := t.Put(ctx, deleteCodes, c.ID); err != nil {
		return err
	}
	return t.insertCodes(ctx, c)
}

func (t *tx) insertCodes(ctx context.Context, c *Case) error {
	for _, entry := range c.codeList() {
		kind, code, _ := strings.Cut(entry, ":")
		if err := t.Put(ctx, insertCode, c.ID, kind, code); err != nil {
			return err
		}
	}
	return nil
}

// codeList is the codes of a case that are counted, as kind:code.
func (c *Case) codeList() []string {
	var list []string
	add := func(kind string, codes []string) {
		for _, code := range codes {
			list = append(list, kind+":"+code)
		}
	}
	add("main_problem", c.Classification.MainProblems)
	add("sub_problem", c.Classification.SubProblems)
	add("experienced", c.Facts.Experienced)
	return list
}

// month is YYYYMM of a moment in Sweden.
func month(at time.Time) string { return at.In(routing.Stockholm()).Format("200601") }

// fold is how the store keeps and compares HSA-ids.
func fold(id string) string { return routing.FoldTrimmed(id) }
