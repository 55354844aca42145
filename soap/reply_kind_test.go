package soap

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// answers are what producers may say, proper and not.
func answers(t testing.TB) map[string]string {
	const head = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">`
	all := map[string]string{
		"a response": head + `<s:Body><r xmlns="urn:r"/></s:Body></s:Envelope>`,
		"a fault": head +
			`<s:Header><x xmlns="urn:x">1</x></s:Header><s:Body><s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body>` +
			`</s:Envelope>`,
		"a Fault of another namespace": head + `<s:Body><Fault xmlns="urn:f"/></s:Body></s:Envelope>`,
		"an empty Body":                head + `<s:Body/></s:Envelope>`,
		"a Body of text":               head + `<s:Body>ja</s:Body></s:Envelope>`,
		"text before a fault":          head + `<s:Body>ja<s:Fault/></s:Body></s:Envelope>`,
		"a DOCTYPE":                    `<!DOCTYPE x>` + head + `<s:Body><s:Fault/></s:Body></s:Envelope>`,
		"SOAP 1.2": `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>` +
			`<s:Fault/></s:Body></s:Envelope>`,
		"an undeclared prefix": head + `<s:Body><q:r/></s:Body></s:Envelope>`,
		"a wide head": head + `<s:Header><x xmlns="urn:x">` + strings.Repeat("long ", firstRead) +
			`</x></s:Header><s:Body><s:Fault/></s:Body></s:Envelope>`,
		"two Headers":                    head + `<s:Header/><s:Header/><s:Body><s:Fault/></s:Body></s:Envelope>`,
		"something else before Body":     head + `<other/><s:Body><s:Fault/></s:Body></s:Envelope>`,
		"a page":                         `<html><body>no</body></html>`,
		"no XML":                         `no`,
		"a head that is cut":             head + `<s:Bo`,
		"a response that is cut":         head + `<s:Body><r xmlns="urn:r">`,
		"a fault, the rest of it broken": head + `<s:Body><s:Fault><a></b>`,
	}
	// The files as text: the recordings' own reader stands on this package.
	files, err := filepath.Glob("../testdata/recordings/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name == "response.xml" {
				all[name] = string(part.Data)
			}
		}
	}
	return all
}

func TestTheGuardAndTheLenientReaderSayTheSameOfAnAnswer(t *testing.T) {
	guarded := 0
	for name, text := range answers(t) {
		kind, ok := (*BufferPool)(nil).guardedKind([]byte(text))
		if !ok {
			continue
		}
		guarded++
		if want := lenientKind([]byte(text)); kind != want {
			t.Errorf("%s: %v, and leniently %v", name, kind, want)
		}
	}
	if guarded < 5 {
		t.Errorf("only %d answers passed the guard", guarded)
	}
}

func FuzzReplyKind(f *testing.F) {
	for _, text := range answers(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if kind, ok := (*BufferPool)(nil).guardedKind(text); ok && kind != lenientKind(text) {
			t.Errorf("%v, and leniently %v", kind, lenientKind(text))
		}
	})
}
