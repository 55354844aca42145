package contracts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func TestAttachment(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\nrest"
	sum := sha256.Sum256([]byte("hej"))
	cases := []struct {
		sentence string
		file     Attachment
		subCode  string
		path     string
	}{
		{"a PDF is taken", sampleFile("application/pdf", "%PDF-1.7 x"), "", ""},
		{"a PNG is taken", sampleFile("image/png", png), "", ""},
		{"a JPEG is taken", sampleFile("image/jpeg", "\xff\xd8\xff\xe0x"), "", ""},
		{"an old GIF is taken", sampleFile("image/gif", "GIF87a.."), "", ""},
		{"a GIF is taken", sampleFile("image/gif", "GIF89a.."), "", ""},
		{"text is taken", sampleFile("text/plain", "hej\r\n"), "", ""},
		{"text of an old 8-bit set is taken", sampleFile("text/plain", "\xe5\xe4\xf6"), "", ""},
		{"text in UTF-16 is taken", sampleFile("text/plain", "\xff\xfeh\x00"), "", ""},
		{"a media type has parameters and any case", sampleFile("Text/Plain; charset=utf-8", "hej"), "", ""},
		{
			"a reference is taken",
			Attachment{ID: "1", FileName: "f", MediaType: "image/png", Size: 9, Reference: "https://example.org/f"},
			"", "",
		},
		{"a page is no text", sampleFile("text/html", "<p>"), SubAttachmentType, "/value"},
		{"a script is no text", sampleFile("application/javascript", "alert(1)"), SubAttachmentType, "/value"},
		{"a file without a label is what it is", sampleFile("", "x"), "", ""},
		{"bytes of no kind are what they are", sampleFile("application/octet-stream", png), "", ""},
		{"a PNG that says to be a PDF is a PNG", sampleFile("application/pdf", png), "", ""},
		{"a PDF that says to be a PNG is a PDF", sampleFile("image/png", "%PDF-1.7"), "", ""},
		{"a PDF that says to be text is a PDF", sampleFile("text/plain", "%PDF-1.7"), "", ""},
		{"image/jpg is a JPEG", sampleFile("image/jpg", "\xff\xd8\xff\xe0x"), "", ""},
		{"application/x-pdf is a PDF", sampleFile("application/x-pdf", "%PDF-1.4"), "", ""},
		{"a label has parameters that nobody can read", sampleFile("application/pdf; name=å;;", "%PDF-1.4"), "", ""},
		{"a byte order mark may stand before a PDF", sampleFile("application/pdf", "\xef\xbb\xbf%PDF-1.4"), "", ""},
		{
			"a printer's own line may stand before a PDF", sampleFile("application/pdf", "\x1b%-12345X@PJL\r\n%PDF-1.4"), "", "",
		},
		{"text may mention a PDF", sampleFile("text/plain", "Filen börjar med %PDF-1.4"), "", ""},
		{
			"a reference is of a kind in use",
			Attachment{ID: "1", FileName: "f", MediaType: "image/jpg", Reference: "https://example.org/f"},
			"", "",
		},
		{"a program is no PDF", sampleFile("application/pdf", "MZ\x00\x01"), SubAttachmentType, "/value"},
		{"a program is no text", sampleFile("text/plain", "MZ\x00\x01"), SubAttachmentType, "/value"},
		{
			"a reference to an unknown type is refused",
			Attachment{ID: "1", FileName: "f", MediaType: "a/b", Reference: "https://example.org/f"},
			SubAttachmentType,
			"/mediaType",
		},
		{"an id is asked", Attachment{FileName: "f"}, SubFieldMissing, "/id"},
		{"a name is asked", Attachment{ID: "1"}, SubFieldMissing, "/fileName"},
		{"an empty file is none", sampleFile("text/plain", ""), SubFieldMissing, "/value"},
		{"20 MB is not too large", sampleFile("text/plain", strings.Repeat("a", MaxAttachment)), "", ""},
		{"one byte more is", sampleFile("text/plain", strings.Repeat("a", MaxAttachment+1)), SubAttachmentTooLarge, "/size"},
	}
	add := func(sentence string, change func(a *Attachment), subCode, path string) {
		a := sampleFile("text/plain", "hej")
		change(&a)
		cases = append(cases, struct {
			sentence string
			file     Attachment
			subCode  string
			path     string
		}{sentence, a, subCode, path})
	}
	add("a stated size counts too", func(a *Attachment) { a.Size = MaxAttachment + 1 }, SubAttachmentTooLarge, "/size")
	add("a stated size is the real one", func(a *Attachment) { a.Size = 4 }, SubSchema, "/size")
	add("a size is not negative", func(a *Attachment) { a.Size = -1 }, SubSchema, "/size")
	add("a right sum is taken", func(a *Attachment) { a.SHA256 = strings.ToUpper(hex.EncodeToString(sum[:])) }, "", "")
	add("a wrong sum is refused", func(a *Attachment) { a.SHA256 = strings.Repeat("00", 32) }, SubSchema,
		"/sha256")
	add("a file is not both here and elsewhere", func(a *Attachment) { a.Reference = "https://example.org" }, SubSchema,
		"/reference")
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			err := checkAttachment(&c.file, "attachment")
			switch {
			case c.subCode == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.subCode != "" && err == nil:
				t.Error("accepted")
			case err != nil && (err.SubCode != c.subCode || err.Path != "attachment"+c.path):
				t.Errorf("got %s at %s", err.SubCode, err.Path)
			}
		})
	}
}
