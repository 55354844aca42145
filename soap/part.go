package soap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"rivgate/soap/guard"
)

// partStore keeps the content of parts, one after the other.
type partStore interface {
	io.Writer
	io.ReaderAt
	Size() int64
}

// memoryParts is a partStore for messages that are.
type memoryParts struct{ bytes []byte }

func (m *memoryParts) Write(p []byte) (int, error) {
	m.bytes = append(m.bytes, p...)
	return len(p), nil
}

func (m *memoryParts) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(m.bytes).ReadAt(p, at)
}

func (m *memoryParts) Size() int64 { return int64(len(m.bytes)) }

// part is one part beside the envelope. It is used once: a message that names it again would grow with each time.
type part struct {
	*io.SectionReader
	used bool
}

// multipartBody are the envelope and the parts that were found beside it, by their Content-ID.
type multipartBody struct {
	root        []byte
	contentType string
	parts       map[string]*part
}

// open finds the envelope, which is the part that start names or else the first, and puts the others into to. An error
// of message, or of to, comes back inside another. Where short is not nil, a message may end before its last boundary,
// which is noted there: what was found by then counts.
func (p *multipartType) open(message io.Reader, to partStore, short *bool) (*multipartBody, error) {
	reader := multipart.NewReader(message, p.boundary)
	all := &multipartBody{parts: map[string]*part{}}
	found := false
	for n := 0; ; n++ {
		next, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxParts {
			return nil, partError(err)
		}
		id := contentID(next.Header.Get("Content-ID"))
		content, err := decoded(next)
		if err != nil {
			return nil, err
		}
		if !found && (p.start == "" || id == p.start) {
			all.root, err = io.ReadAll(io.LimitReader(content, maxEnvelopePart+1))
			all.contentType, found = next.Header.Get("Content-Type"), true
			if endsEarly(err, short) {
				break
			}
			if err != nil || len(all.root) > maxEnvelopePart {
				return nil, partError(err)
			}
			continue
		}
		begin := to.Size()
		if _, err := io.Copy(to, content); endsEarly(err, short) {
			break
		} else if err != nil {
			return nil, partError(err)
		}
		if id == "" {
			continue // nobody can name it
		}
		if all.parts[id] != nil {
			return nil, badMultipart("two parts have the same Content-ID")
		}
		all.parts[id] = &part{SectionReader: io.NewSectionReader(to, begin, to.Size()-begin)}
	}
	kind, parameters, err := mime.ParseMediaType(all.contentType)
	if !found || err != nil || kind != mediaXOP {
		return nil, badMultipart("the part with the envelope is missing or not application/xop+xml")
	}
	all.contentType = "text/xml"
	if charset := parameters["charset"]; charset != "" {
		all.contentType = mime.FormatMediaType(all.contentType, map[string]string{"charset": charset})
	}
	return all, nil
}

// endsEarly notes that a message ended in the middle of a part, where that is allowed.
func endsEarly(err error, short *bool) bool {
	if short == nil || !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	*short = true
	return true
}

// maxEnvelopePart is how many bytes the part with the envelope may have: its files are elsewhere.
const maxEnvelopePart = 15 << 20

// partError tells what is wrong with the message from what is wrong with reading it.
func partError(err error) error {
	var own *Error
	var failed *spoolError
	if errors.As(err, &own) || errors.As(err, &failed) {
		return err
	}
	return badMultipart("the parts of the message cannot be read, or are too many or too large")
}

// decoded is the content of a part as it was before it was made fit for transport.
func decoded(p *multipart.Part) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))) {
	case "", "binary", "8bit", "7bit":
		return p, nil
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &blankSkipper{p}), nil
	}
	return nil, badMultipart("a part's Content-Transfer-Encoding is not taken")
}

// blankSkipper leaves blanks out.
type blankSkipper struct{ from io.Reader }

func (b *blankSkipper) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	kept := 0
	for _, c := range p[:n] {
		if !guard.IsBlank(c) {
			p[kept] = c
			kept++
		}
	}
	return kept, err
}

// assemble is the envelope with its parts in it, as UTF-8, and the charset that it came in.
func (a *multipartBody) assemble(limits Limits) (whole io.Reader, charset string, err error) {
	limits.Whole = limits.Message
	root, err := ReadRequest(bytes.NewReader(a.root), a.contentType, limits)
	if err != nil {
		return nil, "", err
	}
	whole, err = replaceIncludes(root.UTF8(), a.parts, limits.Message)
	return whole, root.Charset, err
}

// base64Reader is what it reads as base64.
type base64Reader struct {
	from io.Reader
	raw  [3 << 10]byte
	text [4 << 10]byte
	left []byte // of text
	err  error
}

func (e *base64Reader) Read(p []byte) (int, error) {
	if len(e.left) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		n, err := io.ReadFull(e.from, e.raw[:])
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		base64.StdEncoding.Encode(e.text[:], e.raw[:n])
		e.left, e.err = e.text[:base64.StdEncoding.EncodedLen(n)], err
		if n == 0 {
			return 0, e.err
		}
	}
	n := copy(p, e.left)
	e.left = e.left[n:]
	return n, nil
}
