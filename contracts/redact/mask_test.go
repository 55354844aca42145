package redact_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/contracts/inferred"
	"rivgate/contracts/redact"
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
		if identity.Holds(string(found)) && !identity.IsTest(string(found)) {
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
		text, err := redact.UTF8(message, recorded.contentType)
		if err != nil {
			continue // no text that anything could be kept of
		}
		out, err := redact.New(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)).Mask(message, recorded.contentType)
		if errors.Is(err, redact.ErrNotMasked) {
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
		if !wellFormed(out) {
			t.Errorf("%s is not well-formed\n%s", file, out)
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

// The persons of these tests are not born yet: nobody has such a number, and the masker cannot know that.
var (
	adult        = number("20700304", "238")
	adultTen     = adult[2:8] + "-" + adult[8:]
	child        = number("20920111", "238")
	childWrong   = child[:11] + string('0'+(child[11]-'0'+1)%10)
	coordination = number("20700364", "239")

	at = time.Date(2099, 3, 2, 0, 0, 0, 0, time.UTC)

	personal1 = strings.NewReplacer("ADULT", adult, "TEN", adultTen, "KID", child, "WRONG", childWrong,
		"COORDINATION", coordination).Replace(personal)
)

// number is a number of a birthday and a birth number, right in its check digit.
func number(day, birth string) string {
	return day + birth + string(identity.CheckDigit((day + birth)[2:]))
}

const personal = `<?xml version="1.0" encoding="UTF-8"?>
<!-- om ADULT -->
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><x:Get xmlns:x="urn:x:GetResponder:1" who="Tolvan Tolvansson" code="3">
<x:personId><x:id>ADULT</x:id><x:type>1.2.752.129.2.1.3.1</x:type></x:personId>
<x:patientId><x:root>1.2.752.129.2.1.3.1</x:root><x:extension>TEN</x:extension></x:patientId>
<x:other><x:id>22AB12345678</x:id><x:type>1.2.752.74.9.1</x:type></x:other>
<x:child><x:personId><x:id>COORDINATION</x:id><x:type>1.2.752.129.2.1.3.3</x:type></x:personId></x:child>
<x:messageId><x:root>SE5560000000-1177</x:root><x:extension>fall-KID-7</x:extension></x:messageId>
<x:given>ANNA</x:given><x:unknown><![CDATA[Ring 0708-12 34 56 &]]> nu</x:unknown><x:mobilePhone>0708123456</x:mobilePhone><x:again>ANNA</x:again>
<x:dateOfBirth>20920111</x:dateOfBirth><x:email>anna@sjukhus.example</x:email><x:wrong><x:id>WRONG</x:id><x:type>1.2.752.129.2.1.3.1</x:type></x:wrong>
<x:test><x:id>189001019802</x:id><x:type>1.2.752.129.2.1.3.1</x:type></x:test><x:name>Åsa Öst</x:name>
<x:sentTime>20260302101500</x:sentTime><x:attachment><x:id>1</x:id><x:fileName>annas brev.png</x:fileName><x:mediaType>image/png</x:mediaType><x:size>9</x:size><x:value>aGVtbGlndA==</x:value></x:attachment>
</x:Get></e:Body></e:Envelope>`

func TestWhatNobodyThoughtOfIsMaskedToo(t *testing.T) {
	t.Parallel()
	m := redact.New(at)
	m.HSAIDs = true
	out, places, err := m.MaskPlaces([]byte(personal1), "")
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, secret := range []string{
		adult[2:], "Tolvan", adultTen, "22AB12345678", coordination[2:], child[2:], "ANNA", "0708", "123456", "Ring",
		"20920111<", "sjukhus", childWrong[2:], "annas", "aGVtbGlndA", "om 2070", "Åsa", "SE5560000000",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	for _, stays := range []string{
		`code="3"`, "<x:root>SE0000000001-X001</x:root>", "20260302101500", "1.2.752.129.2.1.3.1",
		"<x:mediaType>image/png</x:mediaType>", "fall-", ".png</x:fileName>", "<x:test><x:id>189001019802</x:id>",
	} {
		if !strings.Contains(text, stays) {
			t.Errorf("%q is missing in\n%s", stays, text)
		}
	}
	if got := strings.Join(places, " "); !strings.Contains(got, "/Envelope/Body/Get/@who") ||
		!strings.Contains(got, "/Envelope/Body/Get/child/personId/id") || strings.Contains(got, "sentTime") {
		t.Errorf("replaced at %s", got)
	}
	stands := regexp.MustCompile(`<x:personId><x:id>(\d{12})`).FindAllStringSubmatch(text, -1)
	if len(stands) != 2 || !strings.Contains(text, stands[0][1][2:8]+"-"+stands[0][1][8:]) {
		t.Errorf("one person is not the same one everywhere\n%s", text)
	}
	for number, kind := range map[string]string{
		stands[0][1]: contracts.OIDPersonnummer, stands[1][1]: contracts.OIDSamordning,
	} {
		if err := contracts.CheckIdentity(contracts.PersonID{ID: number, Type: kind}, ""); err != nil {
			t.Errorf("%s stands for a number of another kind: %v", number, err)
		}
	}
	wrong := regexp.MustCompile(`<x:wrong><x:id>(\d{12})`).FindStringSubmatch(text)
	if wrong == nil || wrong[1] < "2080" ||
		contracts.CheckIdentity(contracts.PersonID{ID: wrong[1], Type: contracts.OIDPersonnummer}, "") == nil {
		t.Errorf("what was wrong is right now, or the child no child: %v", wrong)
	}
	for _, sameLength := range []string{"mobilePhone", "email", "name", "given", "unknown"} {
		of := regexp.MustCompile(`<x:` + sameLength + `>([^/]*)</x`)
		before, after := of.FindStringSubmatch(personal1), of.FindStringSubmatch(text)
		want := utf8.RuneCountInString(strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(before[1]))
		if after == nil || utf8.RuneCountInString(after[1]) != want {
			t.Errorf("%s has another length: %v, %v", sameLength, before, after)
		}
	}
	given := regexp.MustCompile(`<x:(?:given|again)>([^<]*)<`).FindAllStringSubmatch(text, -1)
	if len(given) != 2 || given[0][1] != given[1][1] {
		t.Errorf("the same value is told in two ways: %v", given)
	}
	again, err := m.Mask([]byte(personal1), "")
	if err != nil || !bytes.Equal(again, out) {
		t.Errorf("the answer of an exchange is about others than the request: %v", err)
	}
	for _, broken := range []string{"", "x", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>\xff</a>"} {
		if out, err := m.Mask([]byte(broken), ""); !errors.Is(err, redact.ErrNotMasked) {
			t.Errorf("%q was masked as %q, %v", broken, out, err)
		}
	}
}

// What is masked once stays as it is: nobody's number is nobody's.
func TestNumbersOfNobodyStay(t *testing.T) {
	t.Parallel()
	once, err := redact.New(at).Mask([]byte(personal1), "")
	if err != nil {
		t.Fatal(err)
	}
	twice, err := redact.New(at).Mask(once, "")
	if err != nil {
		t.Fatal(err)
	}
	numbers := regexp.MustCompile(`\d{12}|\d{6}-\d{4}`)
	if a, b := numbers.FindAll(once, -1), numbers.FindAll(twice, -1); !slices.EqualFunc(a, b, bytes.Equal) {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestManyPeopleHaveManyNumbers(t *testing.T) {
	t.Parallel()
	m := redact.New(at)
	seen := map[string]bool{}
	const people = 20_000
	for _, published := range identity.PublishedTestNumbers {
		m.Meet([]byte(published))
	}
	for i := range people {
		nine := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format("060102") + "238"
		masked := m.Scrub("20" + nine + string(identity.CheckDigit(nine)))
		if !identity.IsTest(masked) || (identity.Person{
			ID:   masked,
			Type: identity.OIDPersonnummer,
		}).Check() != identity.Right {
			t.Fatalf("%s is none that nobody has", masked)
		}
		seen[masked[2:]] = true
	}
	if len(seen) != people {
		t.Errorf("two people are one: %d", len(seen))
	}
	document := func(i int) []byte {
		return fmt.Appendf(nil, "<a><personId><id>20%s1%03d</id></personId></a>",
			time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%200).Format("060102"), i/200*2)
	}
	var err error
	for i := 0; err == nil && i < 45_000; i++ {
		_, err = m.Mask(document(i), "")
	}
	if !errors.Is(err, redact.ErrUsedUp) || !errors.Is(err, redact.ErrNotMasked) {
		t.Errorf("when no number is left: %v", err)
	}
}

func TestNumbersAreFoundWhereTheyHide(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	packed := func(text string) []byte {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return out.Bytes()
	}
	sentence := "Patienten " + adult + " ringde."
	wide := strings.Join(strings.Split(sentence, ""), "\x00")
	pdf := "%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n" +
		string(packed("BT (20700101 20700101 0304 "+adult+" i journalen) Tj ET")) +
		"\nendstream\nxref\n0000000016 00000 n \n"
	lines := encode([]byte(strings.Repeat("Vi hörde inget. ", 9) + sentence))
	for text, want := range map[string]string{
		sentence: "10:", "a\n" + adultTen: "2:", "<a x='" + adult + "'/>": "6:",
		"<v>" + encode([]byte(sentence)) + "</v>": "3:base64", "<v>" + lines[:76] + "\r\n" + lines[76:] + "</v>": "3:base64",
		"bilagan heter " + encode([]byte(wide)):                          "14:base64",
		base64.RawURLEncoding.EncodeToString([]byte("ååå?>" + sentence)): "0:base64",
		encode([]byte(pdf)): "0:base64, compressed",
		encode([]byte(strings.Replace(pdf, string(packed("BT (20700101 20700101 0304 "+adult+" i journalen) Tj ET")), "",
			1))): "",
		"189001019802 och 900101-9802": "", encode([]byte("Patienten 189001019802 ringde.")): "",
		"3f9a2b10-7a5e-7c3b-9d20-2311011655d9": "", strings.Repeat("ab2311011655", 4)[:40]: "",
		"https://x.example/journal/patient/som/finns/" + adult + "/anteckningar/lista/och/mer": "44:",
	} {
		got := ""
		for _, f := range redact.Check([]byte(text)) {
			got += fmt.Sprintf("%d:%s", f.Offset, f.In)
		}
		if got != want {
			t.Errorf("%q: found %q, not %q", text, got, want)
		}
	}
}

// Whatever is masked, no number is left that can be a person's.
func FuzzMasked(f *testing.F) {
	f.Add(personal1)
	f.Add("<a b='" + adult + "'>2070 03 04 - 2382<![CDATA[ 700304-2382]]></a>")
	f.Add("<a><telecom>0708abc12345</telecom><email>" + adult + "@x</email><fileName>700304-2382.pdf</fileName></a>")
	f.Fuzz(func(t *testing.T, text string) {
		m := redact.New(at)
		m.HSAIDs = true
		masked, err := m.Mask([]byte(text), "")
		if err != nil {
			return
		}
		if found := redact.Check(masked); len(found) > 0 || !wellFormed(masked) {
			t.Errorf("%v in %s", found, masked)
		}
	})
}
