package db

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// textColumn and bytesColumn are columns of many rows, without nulls. They may be hundreds of kilobytes, whose room pgx would find by doubling it again and again; and
// would look at each value through an interface. They are written into room of their size, in PostgreSQL's binary form of an array of one dimension.
type (
	textColumn  []string
	bytesColumn [][]byte
)

// columnCodec is pgx's codec of an array, but for textColumn and bytesColumn.
type columnCodec struct{ *pgtype.ArrayCodec }

// registerColumns has a new connection write textColumn and bytesColumn so.
func registerColumns(_ context.Context, conn *pgx.Conn) error {
	types := conn.TypeMap()
	for _, oid := range []uint32{pgtype.TextArrayOID, pgtype.ByteaArrayOID} {
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

// PlanEncode is of the plan that pgx asks for.
func (c columnCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case textColumn, bytesColumn:
			return columnPlan{c.ElementType.OID}
		}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

// columnPlan has the type of the elements.
type columnPlan struct{ element uint32 }

// Encode appends value to buf.
func (p columnPlan) Encode(value any, buf []byte) ([]byte, error) {
	if column, ok := value.(textColumn); ok {
		return appendColumn(buf, p.element, column), nil
	}
	return appendColumn(buf, p.element, value.(bytesColumn)), nil
}

// appendColumn appends the dimensions (one, no nulls, the element's type, how many, from 1) and each value with its length before it.
func appendColumn[V string | []byte](buf []byte, element uint32, column []V) []byte {
	size := 5 * 4
	for _, v := range column {
		size += 4 + len(v)
	}
	buf = slices.Grow(buf, size)
	for _, head := range []uint32{1, 0, element, uint32(len(column)), 1} {
		buf = binary.BigEndian.AppendUint32(buf, head)
	}
	for _, v := range column {
		buf = append(binary.BigEndian.AppendUint32(buf, uint32(len(v))), v...)
	}
	return buf
}
