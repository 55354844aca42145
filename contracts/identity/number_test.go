package identity

import "testing"

// A personal number is found in what people give as a number of something else; running numbers with a year are not.
func TestAPersonalNumberInANumberOfSomethingElse(t *testing.T) {
	t.Parallel()
	for text, holds := range map[string]bool{
		"190001019801": true, "19000101-9801": true, "Dnr 000101-9801": true, "191401682396": true, "140168-2396": true,
		"VC 2026-17": false, "2026-000123": false, "202600000123": false, "2026/0001": false, "20260101/9801": false,
		"RS 2026-01234": false, "": false,
	} {
		if got := HoldsNumber(text); got != holds {
			t.Errorf("%q: %v", text, got)
		}
	}
}
