package redact

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever stands for a text is as long as it.
func TestTextsAreAsLongAsThoseTheyStandFor(t *testing.T) {
	for length := range 300 {
		value := strings.Repeat("x", length)
		for n := range 20 {
			for kind, got := range map[string]string{
				"text": textLike(value, n), "name": nameLike(value, n), "word": wordLike(value, n),
				"telephone": telephoneLike(strings.ReplaceAll(value, "x", "7"), n), "mail": mailLike(value, n),
			} {
				if utf8.RuneCountInString(got) != length || length > 0 && strings.TrimSpace(got) == "" {
					t.Fatalf("%s of %d: %q", kind, length, got)
				}
			}
		}
	}
	if got := textLike("  a\r\nbc def\n", 1); got[:2] != "  " || len(got) < 12 || !strings.HasSuffix(got, "\n") {
		t.Errorf("%q", got)
	}
	began := time.Now()
	textLike(strings.Repeat("x", 1<<20), 1)
	t.Log(time.Since(began))
}
