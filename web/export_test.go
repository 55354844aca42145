package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tool runs a program that we did not write in a folder, and returns what it prints.
func tool(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed: make setup installs it", program)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// pdfText is what a reader finds in a PDF.
func pdfText(t *testing.T, pdf string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "case.pdf"), []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(tool(t, folder, "pdftotext", "case.pdf", "-")), " ")
}

// unpacked is a package in a folder, with the names of its files.
func unpacked(t *testing.T, packed string) (folder string, names []string) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return folder, names
}

func TestExportOfACase(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.did(id, "register", url.Values{"diary": {"D 2026/17"}})
	w.did(id, "note", url.Values{"text": {"Ringde anmälaren."}})
	page := w.page("/inbox/" + id)
	r := w.postFiles("/inbox/"+id+"/reply",
		url.Values{"version": {version(t, page)}, "draft": {"0"}, "text": {"Se bilagan."}, "do": {"send"}}, upload{
			"Tolvans journal.pdf", pdfFile(),
		})
	expectRedirect(t, r, "/inbox/"+id+"?done=staged")
	w.leave()
	w.sends(id, "close", url.Values{"text": {"Vi beklagar."}, "problem": {"3.1"}, "area": {"3"}})
	w.leave()

	packed := w.get("/inbox/" + id + "/export")
	if got := packed.header.Get("Content-Disposition"); got != `attachment; filename="arende-`+id+`.zip"` ||
		packed.header.Get("Content-Type") != "application/zip" {
		t.Errorf("%s %s", got, packed.header.Get("Content-Type"))
	}
	folder, names := unpacked(t, packed.body)
	want := []string{
		"arende.pdf", "arende.xml", "arende.xsd", "bilagor/02-1.pdf", "meddelanden/01.xml", "meddelanden/02.xml",
		"meddelanden/03.xml",
	}
	if !slices.Equal(names, want) {
		t.Errorf("in the package are %q", names)
	}
	tool(t, folder, "xmllint", "--noout", "--nonet", "--schema", "arende.xsd", "arende.xml")
	tool(t, folder, "xmllint", "--noout", "--nonet", "meddelanden/01.xml", "meddelanden/02.xml", "meddelanden/03.xml")
	if value := strings.TrimSpace(
		tool(t, folder, "xmllint", "--xpath", "string(/*/*[local-name()='registration'])", "arende.xml"),
	); value != "D 2026/17" {
		t.Errorf("the registration number is %q", value)
	}
	attached, err := os.ReadFile(filepath.Join(folder, "bilagor", "02-1.pdf"))
	if err != nil || !bytes.Equal(attached, pdfFile()) {
		t.Errorf("the attachment is %q, %v", attached, err)
	}
	inside, err := os.ReadFile(filepath.Join(folder, "arende.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for name, pdf := range map[string]string{
		"in the package": string(inside), "alone": w.get("/inbox/" + id + "/pdf").body,
	} {
		text := pdfText(t, pdf)
		for _, want := range []string{
			"D 2026/17", "Ingen ringde upp.", "Se bilagan.", "Tolvans journal.pdf", "Ringde anmälaren.", "Vi beklagar.",
			"Kommunikation", "Primärvård", "nådde 1177", "av Vera Test",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing", name, want)
			}
		}
	}
}

// A file in a package has the ending of what it is by its content, whatever its label says.
func TestAPackageCallsAFileWhatItIs(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	content := base64.StdEncoding.EncodeToString(pdfFile())
	r := w.json("/api/cases/"+id+"/messages",
		`{"update":{"type":"PARTIAL_REPLY","text":"Se bilagan."},"version":`+version(t, w.page("/inbox/"+id))+
			`,"files":[{"fileName":"bild.png","mediaType":"application/octet-stream","content":"`+content+`"}]}`)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	_, names := unpacked(t, w.get("/inbox/"+id+"/export").body)
	if !slices.Contains(names, "bilagor/02-1.pdf") {
		t.Errorf("in the package are %q", names)
	}
}

// A case that was handed over is exported without what its former unit kept to itself.
func TestExportStopsAtTheWall(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.did(id, "note", url.Values{"text": {"Hemlig anteckning"}})
	w.did(id, "register", url.Values{"diary": {"BJÖRKEN-17"}})
	w.sends(id, "forward", url.Values{"unit": {other}, "text": {"Det hände hos er."}})
	w.leave()
	w.as("hanna")
	folder, _ := unpacked(t, w.get("/inbox/"+id+"/export").body)
	for _, name := range []string{"arende.xml", "arende.pdf"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if name == "arende.pdf" {
			text = pdfText(t, text)
		}
		if strings.Contains(text, "Hemlig anteckning") || strings.Contains(text, "BJÖRKEN-17") ||
			!strings.Contains(text, "Det hände hos er.") {
			t.Errorf("%s has\n%s", name, text)
		}
	}
}

func TestPrintViewHasNoForms(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.did(id, "note", url.Values{"text": {"Ringde anmälaren."}})
	page := main(w.page("/inbox/" + id + "?print=1"))
	has(t, page, "Ingen ringde upp.", "Ringde anmälaren.", tolvan, "28 dagar kvar av 28")
	hasNot(t, page, "<form", "<details", "<button", "hx-get")
	w.page("/inbox/" + id)
	w.get("/inbox/" + id + "/pdf")
	w.get("/inbox/" + id + "/export")
	got := w.looks(id, "vera")
	if want := []string{
		"print: case", "read: case", "export: PDF", "export: package",
	}; !slices.Equal(got[len(got)-4:], want) {
		t.Errorf("the access log has %q", got)
	}
}
