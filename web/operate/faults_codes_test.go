package operate

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// subCodesTold are cause and remedy of every sub code that the list of faults knows, from our side and from the other.
func subCodesTold() map[string][4]string {
	all := map[string][4]string{}
	for code, m := range subCodes {
		all[code] = [4]string{m.ours.Cause, m.ours.Remedy, m.theirs.Cause, m.theirs.Remedy}
	}
	return all
}

// TestEverySubCodeHasReasonAndRemedy: from both sides, and for no other code than the contracts have.
func TestEverySubCodeHasReasonAndRemedy(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../contracts/error.go")
	if err != nil {
		t.Fatal(err)
	}
	told := subCodesTold()
	codes := regexp.MustCompile(`(?m)^\tSub\w+ += "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 19 {
		t.Fatalf("%d codes", len(codes))
	}
	for _, code := range codes {
		words, ok := told[code[1]]
		if !ok {
			t.Errorf("the list of faults says nothing of %s", code[1])
		}
		seen := map[string]bool{}
		for _, word := range words {
			if word == "" || seen[word] {
				t.Errorf("%s is told as %q", code[1], words)
			}
			seen[word] = true
		}
		delete(told, code[1])
	}
	for code := range told {
		if !slices.Contains([]string{"DATE_OUT_OF_RANGE", "TOO_MANY", "INCIDENT_UNIT_NOT_ALLOWED"}, code) {
			t.Errorf("%s is no sub code", code)
		}
	}
}
