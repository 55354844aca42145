package operate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/contracts/inferred"
	"rivgate/recording"
)

// recordedMessage is a request or response that was recorded, with the content type of a request.
type recordedMessage struct {
	content     []byte
	contentType string
}

// recordedMessages are all of them, by world, exchange and part.
func recordedMessages(t *testing.T) map[string]recordedMessage {
	t.Helper()
	worlds, err := recording.ReadWorlds("../../testdata/recordings")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]recordedMessage{}
	for _, w := range worlds {
		for _, e := range w.Exchanges() {
			name := w.Name + "/" + e.ID + "/"
			all[name+recording.Request] = recordedMessage{e.Part(recording.Request), e.ContentType()}
			all[name+recording.Response] = recordedMessage{e.Part(recording.Response), ""}
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d recordings", len(all))
	}
	return all
}

// secrets are the values of a message that say something of a person: by the names of elements in the contract, and by
// the form of numbers.
func secrets(t *testing.T, text []byte) (all []string) {
	t.Helper()
	for _, found := range regexp.MustCompile(`\b\d{12}\b`).FindAll(text, -1) {
		if identity.Holds(string(found)) {
			all = append(all, string(found), string(found[2:]))
		}
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	name := ""
	for {
		token, err := d.RawToken()
		if err != nil {
			return all
		}
		switch token := token.(type) {
		case xml.StartElement:
			name = token.Name.Local
		case xml.EndElement:
			name = ""
		case xml.CharData:
			switch name {
			case "name", "telecom", "email", "address", "description", "text", "incidentPlaceText", "fileName",
				"healthcareProfessionalName", "originalText", "orgUnitTelecom",
				"orgUnitEmail", "orgUnitAddress", "message", "note":
				if value := strings.TrimSpace(string(token)); len(value) > 5 {
					all = append(all, value)
				}
			}
		}
	}
}

// wellFormed tells whether a text is one XML document without a document type.
func wellFormed(text []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for depth, roots := 0, 0; ; {
		token, err := d.Token()
		switch token := token.(type) {
		case xml.Directive:
			return false
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return false
			}
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
		case xml.EndElement:
			depth--
		}
		if err != nil {
			return errors.Is(err, io.EOF) && roots == 1
		}
	}
}

func TestRecordingsAreMasked(t *testing.T) {
	t.Parallel()
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}})
	if err != nil {
		t.Fatal(err)
	}
	masked, valid, hidden := 0, 0, 0
	for file, recorded := range recordedMessages(t) {
		message := recorded.content
		text, err := utf8Of(message, recorded.contentType)
		if err != nil {
			continue // no text that anything could be kept of
		}
		out, err := newMasker(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)).mask(message, recorded.contentType)
		if errors.Is(err, errNotMasked) {
			if wellFormed(text) {
				t.Errorf("%s: %v", file, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		masked++
		for _, secret := range secrets(t, text) {
			hidden++
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%s: %q is in the recording\n%s", file, secret, out)
			}
		}
		if _, err := readMarkup(out); err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
		for _, c := range registry.All() {
			if !bytes.Contains(text, []byte(c.Contract+`"`)) || strings.HasSuffix(file, ".answer.xml") ||
				c.Validate(text) != nil {
				continue
			}
			if err := c.Validate(out); err != nil {
				t.Errorf("%s: was valid, and is not: %v\n%s", file, err, out)
			}
			if _, before := c.ReadEnvelope(text); before == nil && c.Complaints {
				valid++
				if _, err := c.ReadEnvelope(out); err != nil {
					t.Errorf("%s: the contract took it, and does not now: %v\n%s", file, err, out)
				}
			}
		}
	}
	if masked < 100 || valid < 30 || hidden < 100 {
		t.Errorf(
			"only %d were masked, %d of them valid, with %d values that must not be seen: the test looks in the wrong place",
			masked, valid, hidden,
		)
	}
}

const personal1 = `<?xml version="1.0" encoding="UTF-8"?>
<!-- om 189001019802 -->
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><x:Get xmlns:x="urn:x:GetResponder:1" who="Tolvan Tolvansson" code="3">
<x:personId><x:id>189001019802</x:id><x:type>1.2.752.129.2.1.3.1</x:type></x:personId>
<x:patientId><x:root>1.2.752.129.2.1.3.1</x:root><x:extension>900101-9802</x:extension></x:patientId>
<x:other><x:id>22AB12345678</x:id><x:type>1.2.752.74.9.1</x:type></x:other>
<x:child><x:personId><x:id>202201612393</x:id><x:type>1.2.752.129.2.1.3.3</x:type></x:personId></x:child>
<x:messageId><x:root>SE0000000001-1177</x:root><x:extension>fall-201701012393-7</x:extension></x:messageId>
<x:given>ANNA</x:given><x:unknown><![CDATA[Ring 0708-12 34 56 &]]> nu</x:unknown><x:mobilePhone>0708123456</x:mobilePhone><x:again>ANNA</x:again>
<x:dateOfBirth>20170101</x:dateOfBirth><x:email>anna@sjukhus.example</x:email><x:wrong><x:id>189001019803</x:id><x:type>1.2.752.129.2.1.3.1</x:type></x:wrong>
<x:sentTime>20260302101500</x:sentTime><x:attachment><x:id>1</x:id><x:fileName>annas brev.png</x:fileName><x:mediaType>image/png</x:mediaType><x:size>9</x:size><x:value>aGVtbGlndA==</x:value></x:attachment>
</x:Get></e:Body></e:Envelope>`

func TestWhatNobodyThoughtOfIsMaskedToo(t *testing.T) {
	t.Parallel()
	m := newMasker(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	out, err := m.mask([]byte(personal1), "")
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, secret := range []string{
		"9001019802", "Tolvan", "900101-9802", "22AB12345678", "2201612393", "1701012393", "ANNA", "0708", "123456", "Ring",
		"20170101<", "sjukhus", "9001019803", "annas", "aGVtbGlndA", "om 1890",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	for _, stays := range []string{
		`code="3"`, "<x:root>SE0000000001-1177</x:root>", "20260302101500", "1.2.752.129.2.1.3.1",
		"<x:mediaType>image/png</x:mediaType>", "fall-", ".png</x:fileName>",
	} {
		if !strings.Contains(text, stays) {
			t.Errorf("%q is missing in\n%s", stays, text)
		}
	}
	stands := regexp.MustCompile(`<x:personId><x:id>(\d{12})`).FindAllStringSubmatch(text, -1)
	if len(stands) != 2 || !strings.Contains(text, stands[0][1][2:8]+"-"+stands[0][1][8:]) {
		t.Errorf("one person is not the same one everywhere\n%s", text)
	}
	child := stands[1][1]
	if err := contracts.CheckIdentity(contracts.PersonID{ID: child, Type: contracts.OIDSamordning}, ""); err != nil ||
		child < "2010" {
		t.Errorf("%s stands for a child's coordination number: %v", child, err)
	}
	if err := contracts.CheckIdentity(contracts.PersonID{ID: stands[0][1], Type: contracts.OIDPersonnummer},
		""); err != nil {
		t.Errorf("%s stands for a personal number: %v", stands[0][1], err)
	}
	wrong := regexp.MustCompile(`<x:wrong><x:id>(\d{12})`).FindStringSubmatch(text)
	if wrong == nil ||
		contracts.CheckIdentity(contracts.PersonID{ID: wrong[1], Type: contracts.OIDPersonnummer}, "") == nil {
		t.Errorf("what was wrong is right now: %v", wrong)
	}
	given := regexp.MustCompile(`<x:(?:given|again)>([^<]*)<`).FindAllStringSubmatch(text, -1)
	if len(given) != 2 || given[0][1] != given[1][1] {
		t.Errorf("the same value is told in two ways: %v", given)
	}
	again, err := m.mask([]byte(personal1), "")
	if err != nil || !bytes.Equal(again, out) {
		t.Errorf("the answer of an exchange is about others than the request: %v", err)
	}
	for _, broken := range []string{"", "x", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>\xff</a>"} {
		if out, err := m.mask([]byte(broken), ""); !errors.Is(err, errNotMasked) {
			t.Errorf("%q was masked as %q, %v", broken, out, err)
		}
	}
}

func TestManyPeopleHaveManyNumbers(t *testing.T) {
	t.Parallel()
	m := newMasker(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	seen := []string{}
	for year := 1930; year < 2026; year++ {
		for _, last := range []string{"2384", "2392"} {
			seen = append(seen, m.identity(time.Date(year, 5, 6, 0, 0, 0, 0, time.UTC).Format("20060102"), last))
		}
	}
	for _, one := range seen {
		if !identity.Holds(one) || one[8:10] < "98" {
			t.Errorf("%s is none that is given to nobody", one)
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 2*96 {
		t.Errorf("two people are one")
	}
}
