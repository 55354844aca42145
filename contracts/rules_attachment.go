package contracts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"strings"
	"unicode/utf8"
)

// MaxAttachment is the largest attachment in bytes, decoded: 20 MB.
const MaxAttachment = 20 << 20

// checkAttachments judges the files below path. A file that is not what its description says, be it kind, size or sha256, is
// ATTACHMENT_TYPE; ATTACHMENT_TOO_LARGE is the size alone, the stated or the real one.
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
		return refuse(SubAttachmentType, path+"/size", "Bilagans storlek stämmer inte. Ange filens storlek i byte.")
	case a.Size > MaxAttachment || a.length() > MaxAttachment:
		return refuse(SubAttachmentTooLarge, path+"/size", "Bilagan är större än 20 MB. Skicka en mindre fil, eller dela upp den.")
	}
	known, agrees := sniff(a.MediaType, a.head())
	if !known {
		return refuse(SubAttachmentType, path+"/mediaType", "Bilagans filtyp tas inte emot. Skicka PDF, PNG, JPEG, GIF eller ren text.")
	}
	if a.Reference != "" {
		if a.length() > 0 {
			return NotAllowed(path+"/reference", "En bilaga har antingen innehåll eller en referens.")
		}
		return nil
	}
	switch {
	case a.length() == 0:
		return FieldMissing(path+"/value", "Bilagan är tom. Skicka filens innehåll eller en referens till den.")
	case a.Size != a.length():
		return refuse(SubAttachmentType, path+"/size", "Bilagans storlek stämmer inte med innehållet. Ange filens storlek i byte.")
	case !agrees:
		return refuse(SubAttachmentType, path+"/value", "Bilagans innehåll är inte av den filtyp som anges. Ange filens rätta typ.")
	case a.SHA256 != "" && !a.sameSum():
		return refuse(SubAttachmentType, path+"/sha256", "Bilagans kontrollsumma stämmer inte med innehållet. Räkna om SHA-256 på filen.")
	}
	return nil
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

// sniff tells whether a media type is taken, and whether the first bytes of value agree with it.
func sniff(mediaType string, value []byte) (known, agrees bool) {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return false, false
	}
	has := func(s string) bool { return bytes.HasPrefix(value, []byte(s)) }
	switch kind {
	case "application/pdf":
		return true, has("%PDF-")
	case "image/png":
		return true, has("\x89PNG\r\n\x1a\n")
	case "image/jpeg":
		return true, has("\xff\xd8\xff")
	case "image/gif":
		return true, has("GIF87a") || has("GIF89a")
	case "text/plain":
		return true, plainText(value)
	}
	return false, false
}

// plainText tells whether the beginning of value can be text: UTF-16 with its mark, or bytes without control characters, which both
// UTF-8 and the old 8-bit sets are.
func plainText(value []byte) bool {
	if bytes.HasPrefix(value, []byte("\xff\xfe")) || bytes.HasPrefix(value, []byte("\xfe\xff")) {
		return true
	}
	if bytes.HasPrefix(value, []byte("%PDF-")) {
		return false
	}
	head := value[:min(len(value), 1024)]
	for _, c := range head {
		if c < utf8.RuneSelf && c < ' ' && !strings.ContainsRune("\t\n\r\f", rune(c)) {
			return false
		}
	}
	return true
}
