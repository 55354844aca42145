package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// violates tells whether PostgreSQL found that two transactions entered the same into a unique index. With SQLite there is only one at a time.
func violates(err error, index string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == index
}

// through names the index that a list is to go through, where the database must be told.
func (d dialect) through(index string) string {
	if d.indexedBy == "" {
		return ""
	}
	return d.indexedBy + index
}
