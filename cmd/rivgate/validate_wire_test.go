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
)

// besideTheMessage are the sub codes of what no message tells by itself: other messages, the catalogue, and who sent it. A message that the wire refuses
// with one of them is a proper one.
var besideTheMessage = []string{
	contracts.SubAttachmentNotAllowed, contracts.SubCaseClosed, contracts.SubDuplicateContentMismatch, contracts.SubNoOpenQuestion,
	contracts.SubNotCurrentHandler, contracts.SubOutOfOrder, contracts.SubRecipientMismatch, contracts.SubRegionNotActive, contracts.SubUnknownCase,
}

// besideTheFile are messages whose sub code others have by themselves, but that only the catalogue or the case makes wrong.
var besideTheFile = map[string]string{
	"13-return-new-case-of-a-care-unit-without-incident-unit": "the catalogue says that the unit is no board",
	"02-return-care-unit-corrects-the-unit":                   "the catalogue says that the unit is no board",
	"03-return-new-case-of-a-care-unit-with-free-text-place":  "the catalogue says that the unit is no board",
	"04-return-close-without-any-reply":                       "the case has no reply",
	"06-return-close-after-a-question-only":                   "the case has no reply",
}

var (
	answeredSubCode = regexp.MustCompile(`<[a-z0-9]+:subCode>([A-Z_]+)<`)
	answeredFault   = regexp.MustCompile(`<faultstring>(VP\d{3})`)
)

// TestValidateSaysWhatTheWireSays: each recorded request about a sub code is posted to a running gateway, and its file is given to rivgate validate.
func TestValidateSaysWhatTheWireSays(t *testing.T) {
	recordings := filepath.Join("..", "..", "testdata", "recordings")
	files, err := filepath.Glob(filepath.Join(recordings, "subcodes-*", "*.request.xml"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	_, out, _ := cli(t, append([]string{"validate", "--format", "json"}, files...)...)
	var findings []finding
	if err := json.Unmarshal([]byte(out), &findings); err != nil || len(findings) != len(files) {
		t.Fatalf("%d findings of %d files, %v", len(findings), len(files), err)
	}
	catalogue, err := os.ReadFile(filepath.Join(recordings, "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	catalogue = regexp.MustCompile(`https?://producer`).ReplaceAll(catalogue, []byte("http://127.0.0.1:1")) // nothing needs to arrive
	alike, url, world := map[string]int{}, "", ""
	for i, file := range files {
		if folder := filepath.Dir(file); folder != world {
			world, url = folder, recordedWorld(t, catalogue)
		}
		wire, said := postRecorded(t, url, file), findings[i].SubCode
		if said == "" {
			said = findings[i].Code
		}
		name := strings.TrimSuffix(filepath.Base(file), ".request.xml")
		if besideTheFile[name] != "" && wire == "" {
			t.Errorf("%s is taken", name)
		}
		if slices.Contains(besideTheMessage, wire) || besideTheFile[name] != "" {
			wire = ""
		}
		if alike[wire]++; wire != said {
			t.Errorf("%s/%s: the wire says %q, validate says %q: %s", filepath.Base(world), name, wire, said, findings[i].Message)
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

// postRecorded posts a recorded request, and gives the sub code or VP code of its refusal; "" where it was taken.
func postRecorded(t *testing.T, url, file string) string {
	t.Helper()
	request, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sender := "SE0000000001-1177"
	if bytes.Contains(request, []byte("ReturnComplaintResponder:1")) {
		sender = "SE2010123456-AVV"
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {"text/xml; charset=UTF-8"}}
	if headers, err := os.ReadFile(strings.TrimSuffix(file, ".request.xml") + ".headers"); err == nil {
		for line := range strings.Lines(string(headers)) {
			if name, value, found := strings.Cut(strings.TrimSpace(line), ": "); found {
				r.Header.Set(name, value)
			}
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
	for _, code := range []*regexp.Regexp{answeredSubCode, answeredFault} {
		if found := code.FindSubmatch(body); found != nil {
			return string(found[1])
		}
	}
	if !bytes.Contains(body, []byte("resultCode>OK<")) && !bytes.Contains(body, []byte("resultCode>INFO<")) {
		t.Errorf("%s: the wire answers %d %s", file, answer.StatusCode, body)
	}
	return ""
}
