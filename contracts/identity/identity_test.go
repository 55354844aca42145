package identity

import (
	"strings"
	"testing"
	"time"
)

// Every other last digit of a right number is wrong.
func TestCheckDigit(t *testing.T) {
	for _, id := range []string{"189001019802", "190001019801", "201701012393", "202402292383"} {
		for d := byte('0'); d <= '9'; d++ {
			other := id[:11] + string(d)
			wrong := Person{ID: other, Type: OIDPersonnummer}.Check() != Right
			if wrong == (other == id) {
				t.Errorf("last digit %c of a right number: wrong=%v", d, wrong)
			}
		}
	}
}

func TestUnknownBirthday(t *testing.T) {
	for _, day := range []string{"19140068", "19140160", "19140060"} {
		if !birthday(day, true) {
			t.Errorf("a coordination number of a birthday not wholly known was refused: %s", day)
		}
	}
	if birthday("19140008", false) {
		t.Error("a personnummer without month was taken")
	}
}

func TestBirthDate(t *testing.T) {
	for id, want := range map[Person]string{
		{ID: "189001019802", Type: OIDPersonnummer}: "18900101",
		{ID: "191401682396", Type: OIDSamordning}:   "19140108",
		{ID: "191400602396", Type: OIDSamordning}:   "",
		{ID: "189001019802", Type: OIDReserve}:      "",
		{ID: "9001019802", Type: OIDPersonnummer}:   "",
		{ID: "189001019802"}:                        "18900101",
	} {
		if got := id.BirthDate(); got != want {
			t.Errorf("%s: got %q, want %q", id.Type, got, want)
		}
	}
}

func TestSex(t *testing.T) {
	for id, want := range map[Person]string{
		{ID: "189001019802", Type: OIDPersonnummer}:    "2",
		{ID: "201701012393", Type: OIDPersonnummer}:    "1",
		{ID: "191401682396", Type: OIDSamordning}:      "1",
		{ID: "191401682396"}:                           "1",
		{ID: "18900101-9802"}:                          "2",
		{ID: "189001019803", Type: OIDPersonnummer}:    "", // its check digit is wrong
		{ID: "189001019802", Type: OIDReserve}:         "",
		{ID: "189001019802", Type: "1.2.752.97.3.1.3"}: "", // a region's own reserve number
		{ID: "22AB12345678"}:                           "",
		{}:                                             "",
	} {
		if got := id.Sex(); got != want {
			t.Errorf("%s of %q: got %q, want %q", id.ID, id.Type, got, want)
		}
	}
}

func TestLabelPrintAndMask(t *testing.T) {
	for _, c := range []struct {
		id                   Person
		label, print, masked string
	}{
		{Person{"189001019802", OIDPersonnummer}, "Personnummer", "189001019802", "18900101-****"},
		{Person{"191401682396", OIDSamordning}, "Samordningsnummer", "191401682396", "19140168-****"},
		{Person{"22AB12345678", OIDReserve}, "Nationell reservidentitet", "22AB12345678", "****"},
		{Person{"991234-AB", "1.2.752.97.3.1.3"}, "Regional identitet", "991234-AB", "****"},
		{Person{"991234567890", "1.2.752.97.3.1.3"}, "Regional identitet", "991234567890", "****"},
		{Person{"SE2010123456-1001", OIDHSAID}, "HSA-id", "SE2010123456-1001", "****"},
		{Person{"189001019802", ""}, "Personnummer", "189001019802", "18900101-****"},
		{Person{"191401682396", ""}, "Samordningsnummer", "191401682396", "19140168-****"},
		{Person{"22AB12345678", ""}, "Nationell reservidentitet", "22AB12345678", "****"},
		{Person{"A\u030a\u202e1", "1.2.3"}, "Regional identitet", "Å1", "****"},
		{Person{"x", ""}, "Identitet", "x", "****"},
		{Person{}, "Identitet", "", ""},
	} {
		if l, p, m := c.id.Label(), c.id.Print(), c.id.Masked(); l != c.label || p != c.print || m != c.masked {
			t.Errorf("%v: %q %q %q", c.id, l, p, m)
		}
	}
}

// What people paste: each sign that can part a number.
var signs = []string{
	"", "-", " ", "+", "\u00a0", "\u202f", "\u2007", "\u2009", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212",
	"\uff0d", "\uff0b", "\ufe63", "\u00ad", "\u200b", "\u2060", "\ufeff", "\t", " - ", " \u2013 ", "\u200b-\u200b",
}

func TestANumberIsFoundHoweverItIsWritten(t *testing.T) {
	for _, sign := range signs {
		for _, parts := range [][]string{
			{"20240229", "2383"},
			{"240229", "2383"},
			{"19140168", "2396"},
			{"140168", "2396"},
			{"20240229", "TF12"},
			{"20240229", "T23A"},
			{"2024", "02", "29", "2383"},
			{"24", "02", "29", "2383"},
			{"20", "240229", "2383"},
		} {
			number := strings.Join(parts, sign)
			text := "hos " + number + ", sa hon"
			spans := Find(text)
			if len(spans) != 1 || text[spans[0].Start:spans[0].End] != number {
				t.Errorf("%q: found %v", text, spans)
			}
			if got := Hide(text); got != "hos "+strings.Repeat("*", len(number))+", sa hon" {
				t.Errorf("%q became %q", text, got)
			}
			erased := []byte(text)
			if Erase(erased); string(erased) != Hide(text) {
				t.Errorf("%q was erased to %q", text, erased)
			}
			if got := Replace(text, func(found string) string { return "[" + found + "]" }); got != "hos ["+number+"], sa hon" {
				t.Errorf("%q was replaced by %q", text, got)
			}
			if key := Key(number); key != strings.Join(parts, "") {
				t.Errorf("%q has the key %q", number, key)
			}
		}
	}
}

func TestReserveWordsAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"22AB12345678": true, "22ab12345678": true, "id 22AB12345678.": true, "22AB1234567": false, "22AB123456789": false,
		"x-22AB12345678": false, "22AB12345678-1": false, "2ABB12345678": false, "22ABCDEFG678": false, "SE2010123456": false,
	} {
		if got := Holds(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestWhatIsNoPersonStays(t *testing.T) {
	for _, text := range []string{
		"", "2026-01-31 10:42", "20260131104200", "20260131T104200", "2026-01-31T10:42:00.123456789Z", "den 31 januari 2026",
		"070-174 06 05", "08-123 45 67",
		"SE2010123456-VC01", "SE0000000001-1177", "SE2010123456-1001", "TSTNMT2321000156-10X", "SE162321000156-1",
		"0192f0c1-7a5e-7c3b-9d20-0123456789ab", "19900101-7a5e-7c3b", "1234567890123456",
		"20260131 98021", "2026-01-31 till 2026-02-28", "Gatan 12, 123 45 Orten", "20260131 open", "127.0.0.1:8080",
		"1.2.752.129.2.1.3.1",
	} {
		if spans := Find(text); spans != nil {
			t.Errorf("%q: found %v", text, spans)
		}
	}
}

func TestTypedIdentities(t *testing.T) {
	today := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		typed string
		want  Person
	}{
		{"20240229-2383", Person{"202402292383", OIDPersonnummer}},
		{" 20240229\u00a02383 ", Person{"202402292383", OIDPersonnummer}},
		{"240229\u20112383", Person{"202402292383", OIDPersonnummer}},
		{"260228-2383", Person{"202602282383", OIDPersonnummer}},
		{"260302-2383", Person{"192603022383", OIDPersonnummer}},
		{"900101+9802", Person{"189001019802", OIDPersonnummer}},
		{"000101+9801", Person{"190001019801", OIDPersonnummer}},
		{"18900101+9802", Person{"189001019802", OIDPersonnummer}},
		{"140168-2396", Person{"201401682396", OIDSamordning}},
		{"140168+2396", Person{"191401682396", OIDSamordning}},
		{"22ab 1234 5678", Person{"22AB12345678", OIDReserve}},
		{"20240229-tf12", Person{"20240229TF12", OIDReserve}},
		{"189013019802", Person{"189013019802", OIDPersonnummer}},
		{"991234-AB", Person{"991234AB", ""}},
		{"1234567890123", Person{"1234567890123", ""}},
		{"", Person{}},
	} {
		if got := Parse(c.typed, today); got != c.want {
			t.Errorf("%q is %v", c.typed, got)
		}
	}
}

func TestTheSameIdentityHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"202402292383", "20240229–2383", true},
		{"22AB12345678", "22ab12345678", true},
		{"99-12 ab", "9912AB", true},
		{"A\u030aB1", "ÅB1", true},
		{"202402292383", "202402292384", false},
		{"ſ1", "S1", false},
	} {
		if Same(c.a, c.b) != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, !c.want)
		}
	}
}

func TestWordsOfASearch(t *testing.T) {
	for query, want := range map[string]string{
		"  Åsa  Öst ":                     "åsa öst",
		"A\u030asa":                       "åsa",
		"Åsa 20240229 2383":               "åsa 202402292383",
		"20240229\u20132383":              "202402292383",
		"22AB12345678":                    "22ab12345678",
		"\u200båsa\u2060":                 "åsa",
		"0192f0c1-7a5e-7c3b-9d20-01234ab": "0192f0c1-7a5e-7c3b-9d20-01234ab",
	} {
		if got := strings.Join(Words(query), " "); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	if got := strings.Join(Keys("2402292383"), " "); got != "192402292383 202402292383 182402292383 2402292383" {
		t.Errorf("ten digits: %s", got)
	}
	if got := strings.Join(Keys("22ab12345678"), " "); got != "22AB12345678" {
		t.Errorf("a reserve number: %s", got)
	}
	if Keys("andersson") != nil {
		t.Error("a name is no identity")
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " \t\r\n": true, "\u00a0\u2003": true, "\u200b\u200c\u200d\ufeff\u2060\u00ad": true,
		"\u202e\u2066\u2069": true, "\u3164\ufe0f": true, "\u034f": true,
		"a": false, "\u200b.": false, "😀": false, "å": false, "\u030a": false,
	} {
		if Blank(text) != want {
			t.Errorf("%q: blank %v", text, !want)
		}
	}
	for _, c := range [][2]string{{"A\u030asa", "åsa"}, {"ÅSA", "å\u200bsa"}, {"\u212b", "å"}} {
		if Fold(c[0]) != Fold(c[1]) {
			t.Errorf("%q and %q differ", c[0], c[1])
		}
	}
	if !strings.Contains(Fold("Hos A\u030asa O\u0308st"), Fold("åsa ö")) || strings.Contains(Fold("Åsa"), Fold("asa")) {
		t.Error("a part of a text is found by its composed form")
	}
}

// TestPlain: names are looked for without the marks on letters, and whatever their form.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"Åsa Öst ÄNG": "asa ost ang", "A\u030asa O\u0308st": "asa ost", "Ærø Łódź Straße Đorđe": "aro lodz strasse dorde",
		"café\u200b À la Þór": "cafe a la thor", "plain 1177": "plain 1177", "": "", "Ελλάδα": "ελλαδα", "ﬁlial ②": "filial 2",
		"\u0130stanbul": "istanbul",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if again := Plain(Plain(text)); again != Plain(text) {
			t.Errorf("%q becomes %q", Plain(text), again)
		}
	}
}

// Nothing crashes it, spans follow one another, and a text is as long when it is hidden.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"20240229–2383", "22AB12345678", "900101+9802 900101-9802", "\xff20240229\xe2\x802383", "2024 02 29 2383 1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, s := range Find(text) {
			if s.Start < last || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q: %v", text, s)
			}
			last = s.End
		}
		if hidden := Hide(text); len(hidden) != len(text) {
			t.Fatalf("%q became %q", text, hidden)
		}
		Parse(text, time.Unix(0, 0))
		Words(text)
	})
}

func BenchmarkFindInALogLine(b *testing.B) {
	line := []byte(`{"level":"info","@timestamp":"2026-01-31T10:42:00.123456789Z","message":"accepted","labels.receiverid":"SE2010123456-VC01",` +
		`"labels.servicecontract_namespace":"urn:riv-application:supportprocess:logistics:complaintsandfeedback:SendComplaintResponder:1","event.duration":1201123456}`)
	for b.Loop() {
		Erase(line)
	}
}
