package soap

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// rest is what of an answer is still to be read. The exchange ends when it is closed.
type rest struct {
	body  io.ReadCloser
	left  int64 // bytes that may still come
	ended func()
}

func (r *rest) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, &SendError{Kind: SendTooLarge, Sent: true}
	}
	return n, err
}

func (r *rest) Close() error {
	err := r.body.Close()
	r.ended()
	return err
}

// answer reads what is to be held of an answer. What is left is in Rest, unless a part of the request is still to be sent: then that must go
// on, and all of the answer is read meanwhile.
func (c *Client) answer(ctx context.Context, w *watch, response *http.Response, body *outgoingBody) (*Reply, *SendError) {
	reply := &Reply{Status: response.StatusCode, Header: response.Header, rooms: &c.rooms}
	limit := or(c.MaxAnswer, 15<<20)
	hold := limit + 1
	if body.out.Stream == nil || body.whole.Load() {
		hold = min(hold, or(body.out.Hold, hold))
	}
	var err error
	reply.Body, _, err = (&gathering{body: response.Body, told: response.ContentLength, limit: hold}).gather()
	if cause := body.failure(); cause != nil {
		err = cause
	}
	switch {
	case err != nil:
		response.Body.Close()
		return nil, w.failure(ctx, body, err)
	case int64(len(reply.Body)) > limit:
		response.Body.Close()
		return nil, &SendError{Kind: SendTooLarge, Sent: true}
	case int64(len(reply.Body)) < hold:
		response.Body.Close()
	default:
		reply.Rest = &rest{body: response.Body, left: limit - hold}
	}
	return reply, nil
}

// In is the whole reply in a charset as Request.Charset names them, ready to be answered with: as UTF-8 without a byte order mark, or as
// UTF-16 with one, for who asked in UTF-16. Its XML declaration says what it is. The error is that of UTF8. After it, or when Stream of the
// answer has been closed, the reply is closed.
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
	var out io.Reader
	if tail != nil {
		out = io.MultiReader(bytes.NewReader(text), tail)
	}
	answer.Body = text
	answer.Header.Set("Content-Type", ContentType)
	if wide := wideEncoding(charset, unicode.UseBOM); wide != nil {
		answer.Header.Set("Content-Type", "text/xml; charset=UTF-16")
		text = declareAs(text, charsetUTF16)
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
	q := &Request{received: r.Body}
	if err := q.begin(r.Header.Get("Content-Type")); err != nil {
		return nil, nil, err
	}
	if err := q.convert(len(r.Body), r.Rest == nil); err != nil || r.Rest == nil {
		return q.utf8, nil, err
	}
	switch wide := wideEncoding(q.Charset, unicode.IgnoreBOM); {
	case wide != nil:
		return q.utf8, transform.NewReader(io.MultiReader(bytes.NewReader(r.Body[q.converted:]), r.Rest), wide.NewDecoder()), nil
	case q.Charset == charsetLatin1:
		return q.utf8, transform.NewReader(r.Rest, charmap.ISO8859_1.NewDecoder()), nil
	}
	return q.utf8, r.Rest, nil
}

// Close ends an exchange whose Rest is not wanted.
func (r *Reply) Close() {
	if r.Rest != nil {
		_ = r.Rest.Close()
	}
}

// wideEncoding is UTF-16 in the byte order of charset; nil for another charset.
func wideEncoding(charset string, mark unicode.BOMPolicy) encoding.Encoding {
	switch {
	case charset == charsetUTF16BE:
		return unicode.UTF16(unicode.BigEndian, mark)
	case strings.HasPrefix(charset, charsetUTF16):
		return unicode.UTF16(unicode.LittleEndian, mark)
	}
	return nil
}

// declareAs makes an XML declaration that names an encoding name another one.
func declareAs(text []byte, encoding string) []byte {
	d, ok := headDeclaration(text)
	if !ok || d.encoding == "" {
		return text
	}
	return bytes.Join([][]byte{text[:d.start], []byte(encoding), text[d.end:]}, nil)
}
