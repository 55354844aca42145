package casefile_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/web/casefile"
)

// sample is a case with something in every field, and with texts that documents stumble over.
func sample() casefile.Case {
	stockholm := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 2, 10, 42, 0, 0, stockholm)
	return casefile.Case{
		ID: "00000000-0000-7000-8000-000000000001", Reference: "K-17", External: "AVV-9", Registration: "PN 2026/17",
		State:    "Avslutat",
		Unit:     casefile.Unit{HSAID: "SE2010123456-VC01", Name: `Vårdcentralen "Björken" <&>`},
		Received: at, Due: at.AddDate(0, 0, 28), Closed: at.AddDate(0, 0, 3),
		Reporter: casefile.Person{
			ID: "189001019802", Name: "Tolvan Tolvansson", Role: "närstående", Telecom: "070", Email: "t@example.se",
			Address: "Gatan 1", Authority: "fullmakt sedd",
		},
		Patient:     &casefile.Person{ID: "201701012393", Name: "Barnet", Birth: "20170101"},
		Incident:    casefile.Incident{Date: "2026-02-20", Unit: "Akuten", Place: "Korridoren {sidor} \uE000"},
		Experienced: []string{"Väntetid"},
		Problems:    []string{"Tillgänglighet", "Väntetider i vården"}, Area: "Primärvård",
		Entries: []casefile.Entry{
			{
				Kind: casefile.KindMessage, At: at, Title: "Nytt ärende", From: "Tolvan",
				Text: "Rad ett\nRad två med emoji 😀, ελληνικά och \x01.", Original: "meddelanden/01.xml", Files: []casefile.File{
					{Name: "journal.pdf", Path: "bilagor/01-1.pdf", MediaType: "application/pdf", Size: 5, SHA256: "ab"},
					{Name: "annat.png", MediaType: "image/png"},
				},
			},
			{Kind: casefile.KindNote, At: at, Title: "Tjänsteanteckning", Text: strings.Repeat("En lång anteckning. ", 400)},
			{
				Kind: casefile.KindEvent, At: at, Title: "Parkerat", To: "Handläggaren", Delivery: "nådde 1177",
				Problems: []string{"P"}, Area: "A",
			},
		},
		Exported: at.AddDate(0, 1, 0), ExportedBy: "Hanna Handläggare",
	}
}

// run gives a program that we did not write a file, and returns what it prints.
func run(t *testing.T, name string, content []byte, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed: make setup installs it", program)
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i, arg := range args {
		if arg == "FILE" {
			args[i] = file
		}
	}
	var complaints bytes.Buffer
	command := exec.CommandContext(ctx, program, args...)
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil || complaints.Len() > 0 && program == "pdftotext" {
		t.Fatalf("%s: %v\n%s", program, err, complaints.String())
	}
	return string(out)
}

func TestXMLIsValidBySchema(t *testing.T) {
	schema := filepath.Join(t.TempDir(), "casefile.xsd")
	if err := os.WriteFile(schema, casefile.Schema, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]casefile.Case{"with everything": sample(), "with nothing": {}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := casefile.WriteXML(&b, c); err != nil {
				t.Fatal(err)
			}
			run(t, "case.xml", b.Bytes(), "xmllint", "--noout", "--nonet", "--schema", schema, "FILE")
		})
	}
}

func TestPDFHoldsEveryWord(t *testing.T) {
	var b, again bytes.Buffer
	if err := casefile.WritePDF(&b, sample()); err != nil {
		t.Fatal(err)
	}
	if err := casefile.WritePDF(&again, sample()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same case gives other bytes")
	}
	text := strings.Join(strings.Fields(run(t, "case.pdf", b.Bytes(), "pdftotext", "FILE", "-")), " ")
	for _, want := range []string{
		"Ärende K-17", "PN 2026/17", `Vårdcentralen "Björken" <&> (SE2010123456-VC01)`, "189001019802", "201701012393",
		"närstående", "fullmakt sedd", "2026-02-20", "Korridoren",
		"Väntetider i vården", "Rad ett Rad två med emoji [U+1F600], ελληνικά och [U+0001].",
		"journal.pdf (application/pdf, 5 byte; bilagor/01-1.pdf)", "annat.png", "finns inte här", "{sidor} [U+E000]",
		"Tjänsteanteckning", "Parkerat", "nådde 1177", "utskrivet 2026-04-02 10:42 av Hanna Handläggare", "sida 1 av",
		"sida 2 av",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if n := strings.Count(text, " anteckning."); n != 400 { // a page may end inside a sentence
		t.Errorf("of 400 sentences %d are there", n)
	}
	if pages := strings.Count(text, " av Hanna Handläggare"); !strings.Contains(text,
		fmt.Sprintf("sida 1 av %d", pages)) ||
		strings.Contains(text, "\uE000") {
		t.Errorf("the number of pages is not filled in: %d of them", pages)
	}
}

func TestPackage(t *testing.T) {
	parts := func(yield func(casefile.Part, error) bool) {
		_ = yield(casefile.Part{Path: "meddelanden/01.xml", Body: strings.NewReader("<a/>")}, nil) &&
			yield(casefile.Part{Path: "bilagor/01-1.pdf", Body: strings.NewReader("%PDF-")}, nil)
	}
	var b bytes.Buffer
	if err := casefile.WritePackage(&b, sample(), parts); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || len(content) == 0 {
			t.Errorf("%s: %d bytes, %v", f.Name, len(content), err)
		}
	}
	want := "arende.pdf arende.xml arende.xsd meddelanden/01.xml bilagor/01-1.pdf"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the package holds %s", got)
	}
}

func TestPackageThatCannotBeReadIsAnError(t *testing.T) {
	gone := errors.New("gone")
	for name, part := range map[string]casefile.Part{
		"no part": {}, "a part that breaks": {Path: "x", Body: io.MultiReader(strings.NewReader("a"), broken{gone})},
	} {
		t.Run(name, func(t *testing.T) {
			err := casefile.WritePackage(io.Discard, sample(), func(yield func(casefile.Part, error) bool) {
				if part.Body == nil {
					yield(part, gone)
					return
				}
				yield(part, nil)
			})
			if !errors.Is(err, gone) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

type broken struct{ error }

func (b broken) Read([]byte) (int, error) { return 0, b.error }
