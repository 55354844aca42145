package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"rivgate/store"
	"rivgate/store/storetest"
)

// eachQuery goes through the queries of all lists and counts, for what is rare and for what is frequent.
func eachQuery(t *testing.T, s *store.Store, do func(name, query string, args []any)) {
	t.Helper()
	for name, f := range listFilters() {
		for _, frequent := range []bool{false, true} {
			query, args, err := s.ListQuery(t.Context(), f, frequent)
			if err != nil {
				t.Fatal(name, err)
			}
			do("list of "+name, query, args)
			if query, args, err = s.CountQuery(t.Context(), f, frequent); err != nil {
				t.Fatal(name, err)
			}
			do("count of "+name, query, args)
		}
	}
	do("a person's cases", store.CasesOfQuery, []any{"189001019802"})
}

// TestListsReadByIndex: no list and no count goes through a table; in a list, what is not narrowed to a part of the
// cases comes in its order already.
func TestListsReadByIndex(t *testing.T) {
	url := sqlite(t)
	s := open(t, url, store.Options{})
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	eachQuery(t, s, func(name, query string, args []any) {
		if strings.Contains(query, "WHERE FALSE") {
			return
		}
		walks, sorts := false, false
		for _, step := range storetest.Plan(t, db, query, args) {
			switch {
			case strings.HasPrefix(step, "SCAN c ") && !strings.Contains(step, "INDEX cases_"),
				strings.HasPrefix(step, "SCAN w"), strings.HasPrefix(step, "SCAN k"), strings.HasPrefix(step, "SCAN case_"),
				step == "SCAN cases":
				t.Errorf("%s: %s: %s", name, step, query)
			case strings.HasPrefix(step, "SCAN c ") && !strings.Contains(step, "cases_open_due"):
				walks = true
			case strings.HasPrefix(step, "USE TEMP B-TREE FOR ORDER BY"):
				sorts = true
			}
		}
		if walks && sorts {
			t.Errorf("%s: all cases are sorted: %s", name, query)
		}
	})
}

// TestListsReadByIndexOnPostgreSQL: there is an index for every list and every count; whether a small table is read
// whole all the same is the database's business.
func TestListsReadByIndexOnPostgreSQL(t *testing.T) {
	url := storetest.Postgres(t)
	s := open(t, url, store.Options{})
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "SET enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	eachQuery(t, s, func(name, query string, args []any) {
		rows, err := conn.Query(t.Context(), "EXPLAIN "+query, args...)
		if err != nil {
			t.Fatal(name, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(name, err)
		}
		for _, line := range lines {
			if strings.Contains(line, "Seq Scan") {
				t.Errorf("%s: %s: %s", name, line, query)
			}
		}
	})
}
