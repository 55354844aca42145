package inferred_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rivgate/contracts"
)

func describing(t *testing.T) *httptest.Server {
	r := openRegistry(t, contracts.Options{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.Describe(w, req, "http://"+req.Host+"/vp")
	}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// From ?wsdl on, every file that a client needs is found by the addresses in the files.
func TestDescribe(t *testing.T) {
	s := describing(t)
	for _, c := range openRegistry(t, contracts.Options{}).All() {
		for _, prefix := range []string{"", "/any/path"} {
			at := s.URL + "/vp" + prefix + c.Path()
			status, text := get(t, at+"?wsdl")
			if status != http.StatusOK || !strings.Contains(text, `location="`+at+`"`) ||
				strings.Contains(text, "localhost:8080") {
				t.Fatalf("%s: %d\n%s", at, status, text)
			}
			seen := map[string]bool{}
			follow(t, at, text, seen)
			if len(seen) < 2 {
				t.Errorf("%s leads to %v", at, seen)
			}
		}
	}
}

func follow(t *testing.T, at, text string, seen map[string]bool) {
	if err := xml.Unmarshal([]byte(text), new(struct{})); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for _, found := range regexp.MustCompile(`schemaLocation="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		next := found[1]
		if !strings.HasPrefix(next, at+"?xsd=") {
			t.Fatalf("%s is elsewhere than %s", next, at)
		}
		if seen[next] {
			continue
		}
		seen[next] = true
		status, text := get(t, next)
		if status != http.StatusOK || !strings.Contains(text, "schema") {
			t.Fatalf("%s: %d", next, status)
		}
		follow(t, at, text, seen)
	}
}

func TestDescribeNothingElse(t *testing.T) {
	s := describing(t)
	own := "/vp/SendComplaint/1/rivtabp21"
	for _, rest := range []string{
		own, own + "?xsd=", own + "?xsd=README.md", own + "?xsd=codes/kon.csv",
		own + "?xsd=" + url.QueryEscape("../../wsdl.go"),
		own + "?xsd=/etc/passwd", own + "?xsd=" + url.QueryEscape("schemas/core_components/../../README.md"),
		own + "?singlewsdl",
		own + "?xsd=" + url.QueryEscape("schemas/interactions/ReturnComplaintInteraction/ReturnComplaintResponder_1.0.xsd"),
		"/vp/SendComplaint/2/rivtabp21?wsdl", "/vp?wsdl", "/other/SendComplaint/1/rivtabp21?wsdl",
	} {
		if status, text := get(t, s.URL+rest); status != http.StatusNotFound || strings.Contains(text, "root:") {
			t.Errorf("%s: %d", rest, status)
		}
	}
	answer, err := http.Post(s.URL+own+"?wsdl", "text/xml", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("POST: %d", answer.StatusCode)
	}
}
