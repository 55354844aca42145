package soap

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"rivgate/soap/guard"
)

// boundedBody is what of an answer is still to be read. The exchange ends when it is closed.
type boundedBody struct {
	body       io.ReadCloser
	left       int64 // bytes that may still come
	endedEarly func() bool
	tail       []byte // the last that was read, where early may be asked about it
}

func (r *boundedBody) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, &SendError{Kind: SendTooLarge, Sent: true}
	}
	if r.endedEarly == nil {
		return n, err
	}
	r.tail = appendEnding(r.tail, p[:n])
	if errors.Is(err, io.EOF) && r.endedEarly() && !endsEnvelope(r.tail) {
		return n, &SendError{Kind: SendReset, Sent: true, Cause: io.ErrUnexpectedEOF}
	}
	return n, err
}

// appendEnding appends p to tail and keeps the last longestEnding bytes of both, in the room that tail has.
func appendEnding(tail, p []byte) []byte {
	p = p[max(0, len(p)-longestEnding):]
	surplus := max(0, len(tail)+len(p)-longestEnding)
	return append(tail[:copy(tail, tail[surplus:])], p...)
}

func (r *boundedBody) Close() error {
	return r.body.Close()
}

// In is the whole reply in a charset as Request.Charset names them, ready to be answered with: as UTF-8, with a byte
// order mark if it came so, or as UTF-16 with one, for who asked in UTF-16. Its XML declaration says what it is. The
// error is that of UTF8. After it, or when Stream of the answer has been closed, the reply is closed.
func (r *Reply) In(charset string) (*Answer, error) {
	answer := &Answer{Status: r.Status, Header: r.Header.Clone()}
	if answer.Header == nil {
		answer.Header = http.Header{}
	}
	text, tail, err := r.text()
	if err != nil {
		r.Close()
		return nil, err
	}
	wide := wideEncoding(charset, unicode.UseBOM)
	if mark := len(utf8Mark); wide == nil && bytes.HasPrefix(r.Body, []byte(utf8Mark)) {
		text = append(r.Body[:mark:mark], text...)
	}
	var out io.Reader
	if tail != nil {
		out = io.MultiReader(bytes.NewReader(text), tail)
	}
	answer.Body = text
	answer.Header.Set("Content-Type", ContentType)
	if wide != nil {
		answer.Header.Set("Content-Type", "text/xml; charset=UTF-16")
		text = declareAs(text, guard.UTF16)
		if tail != nil {
			out = transform.NewReader(io.MultiReader(bytes.NewReader(text), tail), wide.NewEncoder())
		} else if answer.Body, err = wide.NewEncoder().Bytes(text); err != nil {
			return nil, &Error{Kind: Malformed, Reason: "the text is not in the charset that was declared"}
		}
	}
	if out != nil {
		answer.Body, answer.Stream = nil, struct {
			io.Reader
			io.Closer
		}{out, r.Rest}
	}
	return answer, nil
}

// text is what is held of the reply as UTF-8, and the rest as UTF-8; nil if there is none.
func (r *Reply) text() (held []byte, tail io.Reader, err error) {
	if r.unreadable != nil {
		return nil, nil, r.unreadable
	}
	q := &Request{received: r.Body}
	if err := q.begin(r.Header.Get("Content-Type")); err != nil {
		return nil, nil, err
	}
	if err := q.convert(len(r.Body), r.Rest == nil); err != nil || r.Rest == nil {
		return q.utf8, nil, err
	}
	if q.bodyCharset == guard.UTF8 {
		return q.utf8, r.Rest, nil
	}
	return q.utf8,
		&converting{from: io.MultiReader(bytes.NewReader(r.Body[q.converted:]), r.Rest), charset: q.bodyCharset}, nil
}

// converting is as UTF-8 what it reads in another charset.
type converting struct {
	from    io.Reader
	charset string
	raw     []byte // read, not converted yet
	text    []byte // converted, not given out yet
	room    []byte // for text
	err     error
}

func (c *converting) Read(p []byte) (int, error) {
	for len(c.text) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.raw = slices.Grow(c.raw, streamChunk)
		n, err := c.from.Read(c.raw[len(c.raw):][:streamChunk])
		c.raw = c.raw[:len(c.raw)+n]
		out, used, ok := guard.AppendUTF8(c.room[:0], c.raw, c.charset, errors.Is(err, io.EOF))
		c.raw = append(c.raw[:0], c.raw[used:]...)
		if c.text, c.room, c.err = out, out, err; !ok {
			c.err = &Error{Kind: Malformed, Reason: "the text is not in the charset that was declared"}
		}
	}
	n := copy(p, c.text)
	c.text = c.text[n:]
	return n, nil
}

// utf8Mark is the byte order mark of UTF-8.
const utf8Mark = "\xEF\xBB\xBF"

// Close ends an exchange whose Rest is not wanted.
func (r *Reply) Close() {
	if r.Rest != nil {
		_ = r.Rest.Close()
	}
}

// wideEncoding is UTF-16 in the byte order of charset; nil for another charset.
func wideEncoding(charset string, mark unicode.BOMPolicy) encoding.Encoding {
	switch {
	case charset == guard.UTF16BE:
		return unicode.UTF16(unicode.BigEndian, mark)
	case strings.HasPrefix(charset, guard.UTF16):
		return unicode.UTF16(unicode.LittleEndian, mark)
	}
	return nil
}

// declareAs makes an XML declaration that names an encoding name another one.
func declareAs(text []byte, encoding string) []byte {
	d, ok := guard.FindDeclaration(text)
	if !ok || d.Encoding == "" {
		return text
	}
	return bytes.Join([][]byte{text[:d.Start], []byte(encoding), text[d.End:]}, nil)
}
