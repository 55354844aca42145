package store_test

import (
	"testing"

	"rivgate/store"
)

// TestADetailIsCodesWithValues: what is put together comes apart again, and has its words in each language by code,
// whatever the values hold.
func TestADetailIsCodesWithValues(t *testing.T) {
	t.Parallel()
	taken := store.DetailOf("desk", "take")
	swedish := map[string]string{"desk": "arbete", "take": "tog", "again": "{1} till", "case": "ärendet"}
	for _, test := range []struct{ detail, english, swedish string }{
		{"", "", ""},
		{store.DetailOf("case"), "case", "ärendet"},
		{"GET /inbox", "GET /inbox", "GET /inbox"},
		{taken, "desk: take", "arbete: tog"},
		{store.AddDetailValue(taken, "conflict"), "desk: take: conflict", "arbete: tog: conflict"},
		{store.AddDetail(taken, "again", "7"), "desk: take, 7 more times", "arbete: tog, 7 till"},
		{store.AddDetail(store.DetailOf("desk", "a: b, c"), "case"), "desk: a: b, c, case", "arbete: a: b, c, ärendet"},
	} {
		if got := store.DetailText(test.detail); got != test.english {
			t.Errorf("%s is %q in English, want %q", test.detail, got, test.english)
		}
		if got := store.DetailWords(test.detail, swedish, swedish); got != test.swedish {
			t.Errorf("%s is %q in Swedish, want %q", test.detail, got, test.swedish)
		}
	}
	facts := store.Details(store.AddDetail(store.DetailOf("desk", "a: b, c"), "case"))
	if len(facts) != 2 || facts[0].Code != "desk" || len(facts[0].Values) != 1 || facts[0].Values[0] != "a: b, c" ||
		facts[1].Code != "case" {
		t.Errorf("came apart as %v", facts)
	}
}
