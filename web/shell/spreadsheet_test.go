package shell

import (
	"strings"
	"testing"
)

func TestASpreadsheetRunsNothing(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "Åsa": "Åsa", "A\u030asa": "Åsa", "-5": "-5", "-0,5": "-0,5", "1-2": "1-2", "a=b": "a=b",
		"=1+1": "'=1+1", "+46": "'+46", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "\t=1": "'\t=1",
		"\r\n=1":   "'\n=1",
		"\u200b=1": "'\u200b=1", "\uff1d1": "'\uff1d1", "-cmd|' /C calc'!A0": "'-cmd|' /C calc'!A0", "|x": "'|x",
		"rad\r\nrad\rrad": "rad\nrad\nrad", "a\x00b": "ab",
	} {
		if got := cellOf(value); got != want {
			t.Errorf("%q stands as %q, not %q", value, got, want)
		}
	}
	var b strings.Builder
	s, err := NewSpreadsheet(&b, []string{"nr", "text"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Row([]string{"1", "a;b\n\"c\""}); err != nil {
		t.Fatal(err)
	}
	if err := s.End(); err != nil || b.String() != "\ufeffnr;text\r\n1;\"a;b\r\n\"\"c\"\"\"\r\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
