package routing_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rivgate/routing"
)

// Only the case of ASCII letters makes no difference: what Unicode folds onto one is another sender.
func TestSameHSAID(t *testing.T) {
	for _, c := range []struct {
		sentence, a, b string
		same           bool
	}{
		{"as it is", "SE2010123456-VC01", "SE2010123456-VC01", true},
		{"in other case", "se2010123456-vc01", "SE2010123456-VC01", true},
		{"another", "SE2010123456-VC01", "SE2010123456-VC02", false},
		{"the start of it", "SE2010123456-VC0", "SE2010123456-VC01", false},
		{"a long s for the S", "ſE2010123456-VC01", "SE2010123456-VC01", false},
		{"a Kelvin sign for the K", "SE2010123456-\u212aC01", "SE2010123456-KC01", false},
		{"a Swedish letter in other case", "SE2010123456-å", "SE2010123456-Å", false},
		{"with a blank after it", "SE2010123456-VC01 ", "SE2010123456-VC01", false},
		{"signs that differ by the bit of case", "SE2010123456-[@", "SE2010123456-{`", false},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if routing.SameHSAID(c.a, c.b) != c.same || routing.SameHSAID(c.b, c.a) != c.same {
				t.Error("said otherwise")
			}
		})
	}
}

func TestFoldAndSameHSAIDAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringOf(rapid.SampledFrom([]rune("SsKkEe19-åÅſ\u212aıİ"))).Draw(t, "id")
		other := rapid.SampledFrom([]string{id, strings.ToLower(id), strings.ToUpper(id), id + "s"}).Draw(t, "other")
		if routing.SameHSAID(id, other) != (routing.Fold(id) == routing.Fold(other)) {
			t.Fatalf("%q and %q", id, other)
		}
	})
}
