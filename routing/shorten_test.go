package routing

import (
	"strings"
	"testing"
)

func TestWhatACallerSaidComesBackCut(t *testing.T) {
	for text, want := range map[string]string{
		"SE2010123456-VC01":       "SE2010123456-VC01",
		strings.Repeat("å", 1000): strings.Repeat("å", 127) + "…",
	} {
		if got := Shorten(text); got != want {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}
