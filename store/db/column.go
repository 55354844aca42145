package db

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// column is one column of many rows, sent to PostgreSQL as an array: unnest($1::text[], …) makes rows of the columns
// again. A column may be hundreds of kilobytes. It is written straight from the rows, in PostgreSQL's binary form,
// without an array of pgx's between.
type column struct {
	rows [][]any
	n    int // from 0
}

// columns are all columns of rows, as the parameters of a statement.
func columns(rows [][]any) []any {
	all := make([]any, len(rows[0]))
	for n := range all {
		all[n] = column{rows, n}
	}
	return all
}

// columnCodec is pgx's codec of an array, which can write a column too.
type columnCodec struct{ *pgtype.ArrayCodec }

// registerColumnCodec lets a new connection send columns of the types that Statements have.
func registerColumnCodec(_ context.Context, conn *pgx.Conn) error {
	types := conn.TypeMap()
	for _, oid := range []uint32{pgtype.TextArrayOID, pgtype.ByteaArrayOID, pgtype.Int8ArrayOID, pgtype.BoolArrayOID} {
		known, ok := types.TypeForOID(oid)
		if !ok {
			continue
		}
		if codec, ok := known.Codec.(*pgtype.ArrayCodec); ok {
			types.RegisterType(&pgtype.Type{Name: known.Name, OID: oid, Codec: columnCodec{codec}})
		}
	}
	return nil
}

// PlanEncode is part of pgtype.Codec.
func (c columnCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(column); ok && format == pgtype.BinaryFormatCode {
		return columnPlan{c.ElementType.OID}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

// columnPlan writes columns whose elements have the type of this OID.
type columnPlan struct{ element uint32 }

// Encode is part of pgtype.EncodePlan. It appends an array of one dimension: its head, then each value after its
// length.
func (p columnPlan) Encode(value any, buf []byte) ([]byte, error) {
	const withNulls, lowerBound = 1, 1
	c := value.(column)
	buf = slices.Grow(buf, c.size())
	for _, head := range []uint32{1, withNulls, p.element, uint32(len(c.rows)), lowerBound} {
		buf = binary.BigEndian.AppendUint32(buf, head)
	}
	for _, row := range c.rows {
		var err error
		if buf, err = p.appendValue(buf, row[c.n]); err != nil {
			return nil, err
		}
	}
	return buf, nil
}

// size is how many bytes Encode appends at most, so that buf grows once.
func (c column) size() int {
	const head, length, number = 5 * 4, 4, 8
	size := head
	for _, row := range c.rows {
		switch v := row[c.n].(type) {
		case string:
			size += length + len(v)
		case []byte:
			size += length + len(v)
		default:
			size += length + number
		}
	}
	return size
}

// appendValue appends a value after its length; NULL has the length -1. A value of another type than the column's is an
// error: PostgreSQL would read its bytes as something else.
func (p columnPlan) appendValue(buf []byte, value any) ([]byte, error) {
	const null = ^uint32(0)
	switch v := value.(type) {
	case nil:
		return binary.BigEndian.AppendUint32(buf, null), nil
	case string:
		if p.element == pgtype.TextOID {
			return append(binary.BigEndian.AppendUint32(buf, uint32(len(v))), v...), nil
		}
	case []byte:
		switch {
		case v == nil:
			return binary.BigEndian.AppendUint32(buf, null), nil
		case p.element == pgtype.ByteaOID:
			return append(binary.BigEndian.AppendUint32(buf, uint32(len(v))), v...), nil
		}
	case bool:
		switch {
		case p.element == pgtype.BoolOID && v:
			return append(buf, 0, 0, 0, 1, 1), nil
		case p.element == pgtype.BoolOID:
			return append(buf, 0, 0, 0, 1, 0), nil
		}
	case sql.NullInt64:
		if !v.Valid {
			return binary.BigEndian.AppendUint32(buf, null), nil
		}
		return p.appendValue(buf, v.Int64)
	case int:
		return p.appendValue(buf, int64(v))
	case int64:
		if p.element == pgtype.Int8OID {
			return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(buf, 8), uint64(v)), nil
		}
	}
	return nil, fmt.Errorf("writing a column: %T is no value of type %d", value, p.element)
}
