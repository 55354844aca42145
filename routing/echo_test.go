package routing

import (
	"strings"
	"testing"
)

func TestWhatACallerSaidComesBackWithoutPersonalNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"SE2010123456-VC01":       "SE2010123456-VC01",
		"189001019802":            "************",
		"urn:189001019802:x":      "urn:************:x",
		"urn:18900101-9802:x":     "urn:*************:x",
		"9001019802":              "**********",
		"900101 9802 ":            "*********** ",
		"900101-98":               "900101-98",
		"1234567890123":           "1234567890123",
		"urn:riv:x:Responder:1":   "urn:riv:x:Responder:1",
		strings.Repeat("å", 1000): strings.Repeat("å", 127) + "…",
	} {
		if got := Echo(text); got != want {
			t.Errorf("%q comes back as %q", text, got)
		}
	}
}
