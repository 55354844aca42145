package store

import "fmt"

// What people wrote, and the documents that hold it, have one way into a table and one way out: contentText or
// contentBytes, and content. Whatever is done to them there, one day, is done here.

// contentText is contents for a column of text.
func contentText(c []byte) string { return string(c) }

// contentBytes is contents for a column of bytes; nil is no contents.
func contentBytes(c []byte) []byte { return c }

// content reads contents from a column. It reuses its own memory.
type content []byte

// Scan is of sql.Scanner.
func (c *content) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*c = nil
	case string:
		*c = append((*c)[:0], v...)
	case []byte:
		*c = append((*c)[:0], v...)
	default:
		return fmt.Errorf("reading contents: a column of %T has none", value)
	}
	if value != nil && *c == nil {
		*c = content{}
	}
	return nil
}
