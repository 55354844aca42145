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
		{"a reference is taken", Attachment{ID: "1", FileName: "f", MediaType: "image/png", Size: 9, Reference: "https://example.org/f"}, "", ""},
		{"a page is no text", sampleFile("text/html", "<p>"), SubAttachmentType, "/mediaType"},
		{"a nameless type is refused", sampleFile("", "x"), SubAttachmentType, "/mediaType"},
		{"a PNG is no PDF", sampleFile("application/pdf", png), SubAttachmentType, "/value"},
		{"a PDF is no PNG", sampleFile("image/png", "%PDF-1.7"), SubAttachmentType, "/value"},
		{"a PDF is no text", sampleFile("text/plain", "%PDF-1.7"), SubAttachmentType, "/value"},
		{"a program is no text", sampleFile("text/plain", "MZ\x00\x01"), SubAttachmentType, "/value"},
		{"a reference to an unknown type is refused", Attachment{ID: "1", FileName: "f", MediaType: "a/b", Reference: "https://example.org/f"}, SubAttachmentType, "/mediaType"},
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
	add("a stated size is the real one", func(a *Attachment) { a.Size = 4 }, SubAttachmentType, "/size")
	add("a size is not negative", func(a *Attachment) { a.Size = -1 }, SubAttachmentType, "/size")
	add("a right sum is taken", func(a *Attachment) { a.SHA256 = strings.ToUpper(hex.EncodeToString(sum[:])) }, "", "")
	add("a wrong sum is refused", func(a *Attachment) { a.SHA256 = strings.Repeat("00", 32) }, SubAttachmentType, "/sha256")
	add("a file is not both here and elsewhere", func(a *Attachment) { a.Reference = "https://example.org" }, SubSchema, "/reference")
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
