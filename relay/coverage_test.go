package relay_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/recording"
)

// The recordings are the specification, so nothing may be missing in them: each code that a caller can see is in an
// answer.
func TestEveryCodeHasARecording(t *testing.T) {
	var answers []string
	for _, w := range recordedWorlds(t) {
		for _, e := range w.Exchanges() {
			answers = append(answers, string(e.Part(recording.Response)))
		}
	}
	recorded := func(parts ...string) bool {
		for _, answer := range answers {
			all := true
			for _, part := range parts {
				all = all && strings.Contains(answer, part)
			}
			if all {
				return true
			}
		}
		return false
	}
	if recorded("<faultstring>VP001 ") {
		t.Error("VP001 is reserved, and yet it is answered")
	}
	for n := 2; n <= 15; n++ {
		if code := fmt.Sprintf("VP%03d", n); !recorded("<faultstring>" + code + " [NTjP Develop] ") {
			t.Errorf("%s is not recorded", code)
		}
	}
	for subCode, of := range subCodes() {
		for _, element := range of {
			if !recorded("subCode>"+subCode+"<", element) {
				t.Errorf("%s is not recorded in a %s", subCode, element)
			}
		}
	}
}

// subCodes are all sub codes, with the responses that they can stand in.
func subCodes() map[string][]string {
	const send, ret = "SendComplaintResponse", "ReturnComplaintResponse"
	both := []string{send, ret}
	return map[string][]string{
		contracts.SubSchema: both, contracts.SubDuplicateContentMismatch: both, contracts.SubRecipientMismatch: both,
		contracts.SubPlaceTextNotAllowed:   both,
		contracts.SubClassificationMissing: {ret}, contracts.SubTextMissing: both, contracts.SubFieldMissing: both,
		contracts.SubUnknownCode:         both,
		contracts.SubIdentityOIDMismatch: both, contracts.SubIdentityCheckDigit: both, contracts.SubAttachmentTooLarge: both,
		contracts.SubAttachmentType: both,
		contracts.SubUnknownCase:    both, contracts.SubCaseClosed: both, contracts.SubNotCurrentHandler: {ret},
		contracts.SubNoOpenQuestion: {send},
		contracts.SubDateOutOfRange: both, contracts.SubTooMany: both, contracts.SubIncidentUnitNotAllowed: {ret},
		contracts.SubAttachmentNotAllowed: both, contracts.SubRegionNotActive: both, contracts.SubOutOfOrder: both,
	}
}

// What the table of behaviours names is there: recordings, and tests anywhere in the project.
func TestTheTableOfBehavioursIsTrue(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "testdata", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n## Every behaviour of the platform\n")
	table, _, _ = strings.Cut(table, "\n## ")
	named := shownBy(t, table, testsOfTheProject(t))
	for _, w := range recordedWorlds(t) {
		for _, e := range w.Exchanges() {
			name := w.Name + "/" + e.ID
			if strings.Contains(name, "-where-the-reference-") && !named[name] {
				t.Errorf("%s shows a difference that the table does not name", name)
			}
		}
	}
}

// Every difference from VP that the guide names is shown by a recording or a test.
func TestTheDifferencesFromVPAreShown(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "docs", "integration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "\nWhat differs, and why:\n\n")
	table, _, _ = strings.Cut(table, "\n\n")
	tests := testsOfTheProject(t)
	rows := strings.Split(strings.TrimSpace(table), "\n")
	if len(rows) < 10 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows[2:] {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		if len(cells) != 4 || len(shownBy(t, cells[3], tests)) == 0 {
			t.Errorf("nothing shows this difference: %s", row)
		}
	}
}

// shownBy are the recordings and tests that a text names; each must be there.
func shownBy(t *testing.T, text string, tests map[string]bool) map[string]bool {
	t.Helper()
	named, recorded := map[string]bool{}, map[string]bool{}
	for _, w := range recordedWorlds(t) {
		for _, e := range w.Exchanges() {
			recorded[w.Name+"/"+e.ID] = true
		}
	}
	for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		name := found[1]
		named[name] = true
		if strings.Contains(name, "/") {
			if !recorded[name] {
				t.Errorf("there is no recording %s", name)
			}
		} else if !tests[name] {
			t.Errorf("there is no test %s", name)
		}
	}
	return named
}

func testsOfTheProject(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(file)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			tests[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
