package accesslog_test

import (
	"testing"

	"rivgate/store/accesslog"
)

// TestADetailIsCodesWithValues: what is put together comes apart again, and has its words in each language by code,
// whatever the values hold.
func TestADetailIsCodesWithValues(t *testing.T) {
	t.Parallel()
	taken := accesslog.DetailOf("desk", "take")
	swedish := map[string]string{"desk": "arbete", "take": "tog", "again": "{1} till", "case": "ärendet"}
	for _, test := range []struct{ detail, english, swedish string }{
		{"", "", ""},
		{accesslog.DetailOf("case"), "case", "ärendet"},
		{"GET /inbox", "GET /inbox", "GET /inbox"},
		{taken, "desk: take", "arbete: tog"},
		{accesslog.AddDetailValue(taken, "conflict"), "desk: take: conflict", "arbete: tog: conflict"},
		{accesslog.AddDetail(taken, "again", "7"), "desk: take, 7 more times", "arbete: tog, 7 till"},
		{
			accesslog.AddDetail(accesslog.DetailOf("desk", "a: b, c"), "case"), "desk: a: b, c, case",
			"arbete: a: b, c, ärendet",
		},
	} {
		if got := accesslog.DetailText(test.detail); got != test.english {
			t.Errorf("%s is %q in English, want %q", test.detail, got, test.english)
		}
		if got := accesslog.DetailWords(test.detail, swedish, swedish); got != test.swedish {
			t.Errorf("%s is %q in Swedish, want %q", test.detail, got, test.swedish)
		}
	}
	facts := accesslog.Details(accesslog.AddDetail(accesslog.DetailOf("desk", "a: b, c"), "case"))
	if len(facts) != 2 || facts[0].Code != "desk" || len(facts[0].Values) != 1 || facts[0].Values[0] != "a: b, c" ||
		facts[1].Code != "case" {
		t.Errorf("came apart as %v", facts)
	}
}
