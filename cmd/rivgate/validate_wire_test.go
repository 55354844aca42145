package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/recording"
)

// besideTheMessage are the sub codes of what no message tells by itself: other messages, the catalogue, and who sent
// it. A message that the wire refuses with one of them is a proper one.
var besideTheMessage = []string{
	contracts.SubAttachmentNotAllowed, contracts.SubCaseClosed, contracts.SubDuplicateContentMismatch,
	contracts.SubNoOpenQuestion,
	contracts.SubNotCurrentHandler, contracts.SubOutOfOrder, contracts.SubRecipientMismatch, contracts.SubRegionNotActive,
	contracts.SubUnknownCase,
}

// besideTheFile are messages whose sub code others have by themselves, but that only the catalogue or the case makes
// wrong.
var besideTheFile = map[string]string{
	"13-return-new-case-of-a-care-unit-without-incident-unit": "the catalogue says that the unit is no board",
	"02-return-care-unit-corrects-the-unit":                   "the catalogue says that the unit is no board",
	"03-return-new-case-of-a-care-unit-with-free-text-place":  "the catalogue says that the unit is no board",
	"04-return-close-without-any-reply":                       "the case has no reply",
	"06-return-close-after-a-question-only":                   "the case has no reply",
}

// TestValidateSaysWhatTheWireSays: each recorded request about a sub code is posted to a running gateway, and its file
// is given to rivgate validate.
func TestValidateSaysWhatTheWireSays(t *testing.T) {
	recordings := filepath.Join("..", "..", "testdata", "recordings")
	recorded, files := recordedRefusals(t, recordings)
	_, out, _ := command(t, append([]string{"validate", "--format", "json"}, files...)...)
	var findings []struct{ Code, SubCode, Message string }
	if err := json.Unmarshal([]byte(out), &findings); err != nil || len(findings) != len(files) {
		t.Fatalf("%d findings of %d files, %v", len(findings), len(files), err)
	}
	catalogue, err := os.ReadFile(filepath.Join(recordings, "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// nothing needs to arrive
	catalogue = regexp.MustCompile(`https?://producer`).ReplaceAll(catalogue, []byte("http://127.0.0.1:1"))
	alike, url, world := map[string]int{}, "", ""
	for i, e := range recorded {
		if e.world != world {
			world, url = e.world, recordedWorld(t, catalogue)
		}
		wire, said := postRecorded(t, url, e.Exchange), findings[i].SubCode
		if said == "" {
			said = findings[i].Code
		}
		name := e.ID
		if besideTheFile[name] != "" && wire == "" {
			t.Errorf("%s is taken", name)
		}
		if slices.Contains(besideTheMessage, wire) || besideTheFile[name] != "" {
			wire = ""
		}
		if alike[wire]++; wire != said {
			t.Errorf("%s/%s: the wire says %q, validate says %q: %s", world, name, wire, said, findings[i].Message)
		}
	}
	t.Logf("said by both: %v", alike)
}

// recordedWorld is where a new gateway on the recordings' catalogue takes messages.
func recordedWorld(t *testing.T, catalogue []byte) string {
	t.Helper()
	c := demoConfig(t.TempDir())
	c.Environment, c.TAK.Source = config.EnvironmentTest, filepath.Join(t.TempDir(), "catalogue.yaml")
	replace(t, c.TAK.Source, catalogue)
	g := running(t, c)
	return "http://" + g.config.SOAP.Listen + g.config.SOAP.Path
}

// refusal is an exchange of a world about a sub code.
type refusal struct {
	world string
	*recording.Exchange
}

// recordedRefusals are all of them, and files with their requests.
func recordedRefusals(t *testing.T, root string) (all []refusal, files []string) {
	t.Helper()
	worlds, err := recording.ReadWorlds(root)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, w := range worlds {
		if !strings.HasPrefix(w.Name, "subcodes-") {
			continue
		}
		for _, e := range w.Exchanges() {
			file := filepath.Join(folder, w.Name+"-"+e.ID+".xml")
			replace(t, file, e.Part(recording.Request))
			all, files = append(all, refusal{w.Name, e}), append(files, file)
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d recordings", len(all))
	}
	return all, files
}

// postRecorded posts a recorded request, and gives the sub code or VP code of its refusal; "" where it was taken.
func postRecorded(t *testing.T, url string, e *recording.Exchange) string {
	t.Helper()
	request := e.Part(recording.Request)
	sender := "SE0000000001-1177"
	if bytes.Contains(request, []byte("ReturnComplaintResponder:1")) {
		sender = "SE2010123456-AVV"
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{
		"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {"text/xml; charset=UTF-8"},
	}
	for line := range strings.Lines(string(e.Part(recording.RequestHeaders))) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), ": "); found {
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	outcome := recording.OutcomeOf(body)
	result, subCode, _ := strings.Cut(outcome, " ")
	switch {
	case strings.HasPrefix(outcome, "VP"):
		return outcome
	case subCode == "" && result != "OK" && result != "INFO":
		t.Errorf("%s: the wire answers %d %s", e.ID, answer.StatusCode, body)
	}
	return subCode
}
