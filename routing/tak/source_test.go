package tak_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
	"rivgate/routing/tak"
)

// world is a TAK on loopback that answers each operation with what stands in it.
type world struct {
	routes, permissions string
	status              int
	asked               []string
}

func (w *world) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	question, _ := io.ReadAll(in.Body)
	w.asked = append(w.asked, in.Method+" "+in.Header.Get("SOAPAction")+" "+in.Header.Get("Content-Type"))
	content := "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>x</faultstring></soap:Fault>"
	if strings.Contains(string(question), `<v2:hamtaAllaVirtualiseringar xmlns:v2="urn:skl:tp:vagvalsinfo:v2"/>`) {
		content = `<ns2:hamtaAllaVirtualiseringarResponse xmlns:ns2="urn:skl:tp:vagvalsinfo:v2">` + w.routes +
			`</ns2:hamtaAllaVirtualiseringarResponse>`
	}
	if strings.Contains(string(question), `<v2:hamtaAllaAnropsBehorigheter xmlns:v2="urn:skl:tp:vagvalsinfo:v2"/>`) {
		content = `<hamtaAllaAnropsBehorigheterResponse xmlns="urn:skl:tp:vagvalsinfo:v2">` + w.permissions +
			`</hamtaAllaAnropsBehorigheterResponse>`
	}
	if w.status != 0 {
		out.WriteHeader(w.status)
	}
	_, _ = io.WriteString(out,
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header/><soap:Body>`+content+
			`</soap:Body></soap:Envelope>`)
}

func newWorld() *world {
	return &world{
		routes: `<ns2:virtualiseringsInfo><ns2:virtualiseringsInfoId>1</ns2:virtualiseringsInfoId><ns2:receiverId> ` +
			`SE2010123456-VC01 </ns2:receiverId><ns2:rivProfil>RIVTABP21</ns2:rivProfil>` +
			`<ns2:tjansteKontrakt>` + send + "\n" +
			`</ns2:tjansteKontrakt><ns2:fromTidpunkt>2026-01-01T00:00:00</ns2:fromTidpunkt>` +
			`<ns2:adress>https://a.example/</ns2:adress></ns2:virtualiseringsInfo>`,
		permissions: `<anropsBehorighetsInfo><receiverId>*</receiverId><senderId>SE0000000001-1177</senderId>` +
			`<tjansteKontrakt>` + send + `</tjansteKontrakt>` +
			`<tomTidpunkt>2099-12-31T00:00:00+01:00</tomTidpunkt></anropsBehorighetsInfo>`,
	}
}

func TestAskATAK(t *testing.T) {
	w := newWorld()
	server := httptest.NewServer(w)
	defer server.Close()
	source := tak.TAK{
		URL:    server.URL + "/tak-services/SokVagvalsInfo/v2",
		Beside: tak.Beside{HSAFiles: []string{sample("hsa-units.xml"), sample("hsa-more.xml")}},
	}
	c, err := source.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := routing.Catalogue{
		Routes: []routing.Row{
			{Contract: send, Receiver: clinic, Address: "https://a.example/", Profile: "RIVTABP21", From: 20260101},
		},
		Permissions: []routing.Permission{{Contract: send, Sender: portal, Receiver: "*", Until: 20991231}},
		Tree:        c.Tree,
	}
	if diff := cmp.Diff(want, c); diff != "" || c.Tree[clinic] != "SE2010123456-REG" {
		t.Error(diff, c.Tree)
	}
	if diff := cmp.Diff([]string{`POST "" text/xml; charset=UTF-8`, `POST "" text/xml; charset=UTF-8`},
		w.asked); diff != "" {
		t.Error(diff)
	}
	if name := source.String(); name != server.URL+"/tak-services/SokVagvalsInfo/v2" {
		t.Errorf("the source is called %q", name)
	}
}

func TestATAKThatGivesNoCatalogue(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*world)
		want   string
	}{
		{"no routes", func(w *world) { w.routes = "" }, "no routes"},
		{"no permissions", func(w *world) { w.permissions = "" }, "no permissions"},
		{
			"a fault with status 500", func(w *world) { w.status = 500 },
			"hamtaAllaVirtualiseringar: the TAK answered with HTTP status 500",
		},
		{"XML that breaks off", func(w *world) { w.permissions = "<anropsBehorighetsInfo>" }, "hamtaAllaAnropsBehorigheter"},
		{
			"a row without contract and receiver", func(w *world) { w.routes = "<ns2:virtualiseringsInfo/>" }, "tjansteKontrakt",
		},
		{"a fault instead of an answer", func(w *world) {
			w.routes = `</ns2:hamtaAllaVirtualiseringarResponse><soap:Fault/><ns2:hamtaAllaVirtualiseringarResponse ` +
				`xmlns:ns2="x">`
		}, "fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.change(w)
			server := httptest.NewServer(w)
			defer server.Close()
			got, err := tak.TAK{URL: server.URL}.Read(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if len(got.Routes)+len(got.Permissions) > 0 {
				t.Errorf("half a catalogue is given: %+v", got)
			}
		})
	}
}

func TestATAKThatCannotBeReached(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := tak.TAK{URL: server.URL}.Read(t.Context())
	if err == nil || !strings.Contains(err.Error(), "could not be reached") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("error %v, want one without the address", err)
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) {
		_, _ = io.ReadAll(in.Body)
		<-in.Context().Done()
	}))
	defer hangs.Close()
	_, err = tak.TAK{URL: hangs.URL, Timeout: time.Millisecond}.Read(t.Context())
	if err == nil || !strings.Contains(err.Error(), "in time") {
		t.Errorf("error %v, want one about time", err)
	}
	if _, err := (tak.TAK{URL: "http://[broken"}).Read(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "no URL") {
		t.Errorf("error %v, want one about the URL", err)
	}
}

func TestATAKIsNotFollowedElsewhere(t *testing.T) {
	elsewhere := newWorld()
	other := httptest.NewServer(elsewhere)
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	if _, err := (tak.TAK{URL: server.URL}).Read(t.Context()); err == nil || !strings.Contains(err.Error(), "status 307") {
		t.Errorf("error %v, want one about the status", err)
	}
	if len(elsewhere.asked) > 0 {
		t.Errorf("the other server was asked %d times", len(elsewhere.asked))
	}
}

func TestSourcesHaveNamesWithoutSecrets(t *testing.T) {
	for want, source := range map[string]fmt.Stringer{
		"tak-cache.xml":            tak.File{Path: sample("tak-cache.xml")},
		"https://tak.example:8/v2": tak.TAK{URL: "https://user:word@tak.example:8/v2?key=word"},
		"TAK":                      tak.TAK{URL: "http://[broken"},
	} {
		if got := source.String(); got != want {
			t.Errorf("the source is called %q, want %q", got, want)
		}
	}
}

func TestFileSource(t *testing.T) {
	units := filepath.Join(t.TempDir(), "units.yaml")
	if err := os.WriteFile(units, []byte("units: [{hsa_id: SE2010123456-VC01, kind: care_unit, region: '01'}]"),
		0o600); err != nil {
		t.Fatal(err)
	}
	c, err := tak.File{Path: sample("demo.yaml"), Beside: tak.Beside{Names: names()}}.Read(t.Context())
	if err != nil || len(c.Units) != 4 {
		t.Errorf("YAML: %d units, %v, want 4", len(c.Units), err)
	}
	c, err = tak.File{
		Path: sample("tak-cache.xml"), Beside: tak.Beside{UnitsFile: units, HSAFiles: []string{sample("hsa-units.xml")}},
	}.Read(t.Context())
	if err != nil || len(c.Units) != 1 || len(c.Routes) != 3 || len(c.Tree) != 4 {
		t.Errorf("saved copy with units and tree: %+v, %v", c, err)
	}
	for _, refused := range []struct {
		name, want string
		source     tak.File
	}{
		{
			"a file that is not there", "the catalogue: the file does not exist",
			tak.File{Path: filepath.Join(filepath.Dir(units), "none")},
		},
		{
			"units that are not there", "the units file: the file does not exist",
			tak.File{Path: sample("tak-cache.xml"), Beside: tak.Beside{UnitsFile: filepath.Join(filepath.Dir(units), "none")}},
		},
		{
			"a units file with routes", "only units",
			tak.File{Path: sample("tak-cache.xml"), Beside: tak.Beside{UnitsFile: sample("demo.yaml"), Names: names()}},
		},
		{
			"a units file that is none", "units file",
			tak.File{Path: sample("tak-cache.xml"), Beside: tak.Beside{UnitsFile: sample("tak-cache.xml")}},
		},
		{
			"a tree that is not there", "HSA file 2: the file does not exist",
			tak.File{
				Path:   sample("tak-cache.xml"),
				Beside: tak.Beside{HSAFiles: []string{sample("hsa-units.xml"), filepath.Join(filepath.Dir(units), "none")}},
			},
		},
		{
			"a tree that is none", "HSA file 1",
			tak.File{Path: sample("tak-cache.xml"), Beside: tak.Beside{HSAFiles: []string{sample("tak-cache.xml")}}},
		},
	} {
		t.Run(refused.name, func(t *testing.T) {
			_, err := refused.source.Read(context.Background())
			if err == nil || !strings.Contains(err.Error(), refused.want) || strings.Contains(err.Error(), filepath.Dir(units)) {
				t.Errorf("error %v, want one with %q and without a path", err, refused.want)
			}
		})
	}
}
