package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"unicode/utf8"
)

// fileHeadSize is how many bytes of a file are kept to tell its type by.
const fileHeadSize = 1 << 10

// File is what is known of a file whose base64 text was not kept.
type File struct {
	Number int   // from 1, in the order of the elements that hold files, empty and small ones included
	Size   int64 // bytes of the file itself
	SHA256 [sha256.Size]byte
	Head   []byte // its first 1 KiB
}

// fileText reads the text of a file as it passes.
type fileText struct {
	file  File
	to    io.Writer // gets the file; nil: nobody
	chars int64     // of the text, as XML reads it
	text  hash.Hash // of the same
	bytes hash.Hash // of the file

	failed         error // of to
	carriageReturn bool
	invalid        bool // it is no base64
	pads           int
	last           byte   // the last letter that is no pad
	undecoded      []byte // letters that are not decoded yet
	decoded        [6144]byte
}

// base64Class has an x for every byte that stands for bits in base64.
const base64Class = "................................" +
	"...........x...xxxxxxxxxxx......" +
	".xxxxxxxxxxxxxxxxxxxxxxxxxx....." +
	".xxxxxxxxxxxxxxxxxxxxxxxxxx....." + noLetters + noLetters

const noLetters = "................................................................" // half of the bytes beyond ASCII

// decodeSize is how many letters are decoded at a time.
const decodeSize = 8192

func newFileText(number int) *fileText {
	return &fileText{
		file: File{Number: number}, text: sha256.New(), bytes: sha256.New(), undecoded: make([]byte, 0, decodeSize),
	}
}

// literal takes text as it stands, whose line ends are read as XML reads them.
func (f *fileText) literal(p []byte) {
	for len(p) > 0 {
		if f.carriageReturn && p[0] == '\n' {
			p, f.carriageReturn = p[1:], false
			continue
		}
		f.carriageReturn = false
		at := bytes.IndexByte(p, '\r')
		if at < 0 {
			f.write(p)
			return
		}
		f.write(p[:at])
		f.write([]byte{'\n'})
		p, f.carriageReturn = p[at+1:], true
	}
}

// write takes text as XML reads it.
func (f *fileText) write(p []byte) {
	f.chars += int64(len(p))
	f.text.Write(p)
	for i := 0; i < len(p); {
		end := i
		for end < len(p) && base64Class[p[end]] == 'x' {
			end++
		}
		if end > i {
			f.letters(p[i:end])
			i = end
			continue
		}
		switch p[i] {
		case '=':
			f.pads++
			f.letter('=')
		case ' ', '\n', '\t', '\r':
		default:
			f.invalid = true
		}
		i++
	}
}

// letters takes what stands for bytes.
func (f *fileText) letters(p []byte) {
	f.invalid = f.invalid || f.pads > 0
	f.last = p[len(p)-1]
	for len(p) > 0 {
		n := min(len(p), cap(f.undecoded)-len(f.undecoded)-1)
		f.undecoded = append(f.undecoded, p[:n]...)
		if p = p[n:]; len(p) > 0 {
			f.letter(p[0])
			p = p[1:]
		}
	}
}

func (f *fileText) letter(b byte) {
	if f.undecoded = append(f.undecoded, b); len(f.undecoded) == decodeSize {
		f.decode()
	}
}

// referred takes a character that a reference stood for: a carriage return is one then.
func (f *fileText) referred(r rune) {
	f.carriageReturn = false
	f.write(utf8.AppendRune(nil, r))
}

// instruction stands for a processing instruction inside the text: it is part of the content, though not of the file.
func (f *fileText) instruction() { f.text.Write([]byte{0}) }

func (f *fileText) decode() {
	if !f.invalid {
		n, err := base64.StdEncoding.Decode(f.decoded[:], f.undecoded)
		f.invalid = err != nil
		f.take(f.decoded[:n])
	}
	f.undecoded = f.undecoded[:0]
}

func (f *fileText) take(p []byte) {
	f.file.Size += int64(len(p))
	f.bytes.Write(p)
	if room := fileHeadSize - len(f.file.Head); room > 0 {
		f.file.Head = append(f.file.Head, p[:min(room, len(p))]...)
	}
	if f.to != nil && f.failed == nil {
		_, f.failed = f.to.Write(p)
	}
}

// end says how sound the text was as xs:base64Binary (XML Schema part 2, 3.2.16), and what was in it.
func (f *fileText) end() (File, base64Form) {
	f.decode()
	f.bytes.Sum(f.file.SHA256[:0])
	how := validForm
	switch {
	case f.invalid || f.pads > 2:
		how = invalidForm
	case f.pads == 1 && !bytes.ContainsRune([]byte("AEIMQUYcgkosw048"), rune(f.last)),
		f.pads == 2 && !bytes.ContainsRune([]byte("AQgw"), rune(f.last)):
		how = lenientForm
	}
	return f.file, how
}

// base64Form is how a base64 text is written.
type base64Form int

const (
	validForm base64Form = iota
	// it can be decoded, but its last letter says more than its bytes hold, which XML Schema forbids
	lenientForm
	invalidForm // it cannot be decoded
)
