package envelope

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// step is one part of a rule's path: the nth element of a name, from 1.
type step struct {
	name string
	nth  int
}

func steps(path string) []step {
	var all []step
	for _, part := range strings.Split(path, "/") {
		s := step{name: part, nth: 1}
		if name, number, ok := strings.Cut(strings.TrimSuffix(part, "]"), "["); ok {
			if n, err := strconv.Atoi(number); err == nil {
				s = step{name, n}
			}
		}
		all = append(all, s)
	}
	return all
}

// locate finds where the element of a rule's path begins in an envelope in UTF-8, 1-based, the column in bytes as the
// guard counts. What is missing is found at the innermost element of the path that is there; 0, 0 where not even the
// first is.
func locate(envelope []byte, path string) (line, column int) {
	d := xml.NewDecoder(bytes.NewReader(envelope))
	// it is UTF-8 by now, whatever it says
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	wanted := steps(path)
	depth, at, seen := 0, 0, 0 // at: steps found; seen: elements of the wanted name beneath the last of them
	var inside []int           // depths of the elements found
	for at < len(wanted) {
		l, c := d.InputPos()
		t, err := d.RawToken()
		if err != nil {
			return line, column
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			child := at == 0 || depth == inside[at-1]+1
			if !child || t.Name.Local != wanted[at].name {
				continue
			}
			if seen++; seen == wanted[at].nth {
				line, column, inside, at, seen = l, c, append(inside, depth), at+1, 0
			}
		case xml.EndElement:
			if at > 0 && depth == inside[at-1] {
				return line, column // the innermost has ended without the rest of the path
			}
			depth--
		}
	}
	return line, column
}
