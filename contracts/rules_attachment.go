package contracts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"rivgate/contracts/identity"
)

// MaxAttachment is the largest attachment in bytes, decoded: 20 MB.
const MaxAttachment = 20 << 20

// checkAttachments judges the files below path. The error is ATTACHMENT_TYPE for content of a kind that is not
// accepted, ATTACHMENT_TOO_LARGE for a stated or real size above 20 MB, and SCHEMA for a size or sha256 that does not
// fit the content.
func checkAttachments(files []Attachment, path string) *Error {
	for i := range files {
		if err := checkAttachment(&files[i], nth(path+"/attachment", i)); err != nil {
			return err
		}
	}
	return nil
}

func checkAttachment(a *Attachment, path string) *Error {
	switch {
	case blank(a.ID):
		return FieldMissing(path+"/id", "Ge bilagan ett id.")
	case blank(a.FileName):
		return FieldMissing(path+"/fileName", "Ge bilagan ett filnamn.")
	case a.Size < 0:
		return refuse(SubSchema, path+"/size", "Bilagans storlek stämmer inte. Ange filens storlek i byte.")
	case a.Size > MaxAttachment || a.length() > MaxAttachment:
		return refuse(SubAttachmentTooLarge, path+"/size",
			"Bilagan är större än 20 MB. Skicka en mindre fil, eller dela upp den.")
	}
	if a.Reference != "" {
		return a.checkReference(path)
	}
	switch {
	case a.length() == 0:
		return FieldMissing(path+"/value", "Bilagan är tom. Skicka filens innehåll eller en referens till den.")
	case a.Size != a.length():
		return refuse(SubSchema, path+"/size",
			"Bilagans storlek stämmer inte med innehållet. Ange filens storlek i byte.")
	case a.Kind() == "":
		return refuse(SubAttachmentType, path+"/value",
			"Bilagans filtyp tas inte emot. Skicka PDF, PNG, JPEG, GIF eller ren text.")
	case a.SHA256 != "" && !a.sameSum():
		return refuse(SubSchema, path+"/sha256",
			"Bilagans kontrollsumma stämmer inte med innehållet. Räkna om SHA-256 på filen.")
	}
	return nil
}

// checkReference judges a file of which only a reference came: its kind is known only by its label.
func (a *Attachment) checkReference(path string) *Error {
	switch {
	case a.length() > 0:
		return NotAllowed(path+"/reference", "En bilaga har antingen innehåll eller en referens.")
	case labelled(a.MediaType) == "":
		return refuse(SubAttachmentType, path+"/mediaType",
			"Bilagans filtyp tas inte emot. Skicka PDF, PNG, JPEG, GIF eller ren text.")
	}
	return nil
}

// Kind is the kind of a file by its content, or by its label when only a reference came; "" for a kind that is not
// accepted.
func (a *Attachment) Kind() string {
	if a.Reference != "" && a.length() == 0 {
		return labelled(a.MediaType)
	}
	return KindOf(a.MediaType, a.head())
}

// length is how many bytes the file has.
func (a *Attachment) length() int64 {
	if a.Content != nil {
		return a.Content.Size
	}
	return int64(len(a.Value))
}

// head is enough of the file to tell its type by.
func (a *Attachment) head() []byte {
	if a.Content != nil {
		return a.Content.Head
	}
	return a.Value
}

func (a *Attachment) sameSum() bool {
	var sum [sha256.Size]byte
	if a.Content != nil {
		sum = a.Content.SHA256
	} else {
		sum = sha256.Sum256(a.Value)
	}
	return strings.EqualFold(strings.TrimSpace(a.SHA256), hex.EncodeToString(sum[:]))
}

// Kinds of file that are taken.
const (
	PDF   = "application/pdf"
	PNG   = "image/png"
	JPEG  = "image/jpeg"
	GIF   = "image/gif"
	Plain = "text/plain"
)

// labelled is the kind that a media type names, in any spelling that is in use; "" for another.
func labelled(mediaType string) string {
	name, _, _ := strings.Cut(mediaType, ";")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case PDF, "application/x-pdf", "application/acrobat", "application/vnd.pdf", "text/pdf", "text/x-pdf":
		return PDF
	case PNG, "image/x-png", "application/png":
		return PNG
	case JPEG, "image/jpg", "image/pjpeg", "image/jpe", "application/jpg", "application/jpeg":
		return JPEG
	case GIF, "image/x-gif":
		return GIF
	case Plain, "text", "text/x-plain", "application/text", "text/txt":
		return Plain
	}
	return ""
}

// silent tells whether a media type says nothing about the kind of a file.
func silent(mediaType string) bool {
	name, _, _ := strings.Cut(mediaType, ";")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/download", "*/*":
		return true
	}
	return false
}

// pdfWithin is how far into a file readers of PDF look for its beginning: some systems put a line of their own before
// it.
const pdfWithin = 1024

// KindOf is the kind of a file by its first bytes; "" for a kind that is not accepted. The label matters only where the
// bytes leave a doubt: a text that contains the mark of a PDF is text when it is labelled so, and a text that is
// labelled as a web page or a script is not accepted.
func KindOf(mediaType string, head []byte) string {
	has := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case has("\x89PNG\r\n\x1a\n"):
		return PNG
	case has("\xff\xd8\xff"):
		return JPEG
	case has("GIF87a"), has("GIF89a"):
		return GIF
	}
	label := labelled(mediaType)
	at := bytes.Index(head[:min(len(head), pdfWithin)], []byte("%PDF-"))
	if at == 0 || at > 0 && (label != Plain || identity.Blank(string(head[:at]))) {
		return PDF
	}
	if plainText(head) && (label != "" || silent(mediaType)) {
		return Plain
	}
	return ""
}

// plainText tells whether the beginning of value can be text: UTF-16 with its byte order mark, or bytes without control
// characters, as in UTF-8 and in the old 8-bit character sets.
func plainText(value []byte) bool {
	if bytes.HasPrefix(value, []byte("\xff\xfe")) || bytes.HasPrefix(value, []byte("\xfe\xff")) {
		return true
	}
	head := value[:min(len(value), 1024)]
	for _, c := range head {
		if c < utf8.RuneSelf && c < ' ' && !strings.ContainsRune("\t\n\r\f", rune(c)) {
			return false
		}
	}
	return true
}
