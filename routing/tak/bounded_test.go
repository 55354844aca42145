package tak

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAFileIsReadUpToItsLimit(t *testing.T) {
	const text = "# 3456789"
	for limit, want := range map[int64]error{9: nil, 10: nil, 8: errTooLarge, 0: errTooLarge} {
		read, err := io.ReadAll(&bounded{from: strings.NewReader(text), left: limit})
		if !errors.Is(err, want) || string(read) != text[:min(int64(len(text)), limit)] {
			t.Errorf("limit %d: read %q, %v, want %v", limit, read, err, want)
		}
	}
}

func TestTooLargeIsSaidSo(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	if _, err := parseYAML(strings.NewReader("# "+long), 5000); !errors.Is(err, errTooLarge) {
		t.Errorf("YAML: %v, want that it is too large", err)
	}
	s := newScanner(strings.NewReader("<a>"+long+"</a>"), 5000)
	if _, err := s.next(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.text(); !errors.Is(err, errTooLarge) {
		t.Errorf("XML: %v, want that it is too large", err)
	}
}
