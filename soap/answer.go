package soap

import (
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"rivgate/soap/guard"
	"rivgate/soap/wire"
)

// answer reads what is to be held of an answer. What is left is in Rest, unless a part of the request is still to be
// sent: then that must go on, and all of the answer is read meanwhile.
//
// An answer is read as requests are: in any charset that is known, and in parts (XOP); and a compressed one is
// unpacked, though nobody asked for it. All bounds are of what is unpacked. One that ends before the length that it
// promised is taken if its envelope is whole, and the connection was closed and not reset.
func (c *Client) answer(response *wire.Response, out *Outgoing) (*Reply, *SendError) {
	u := &answerReader{
		client: c, response: response, out: out, from: response, expected: response.Length, limit: or(c.MaxAnswer, 15<<20),
		reply: &Reply{Status: response.Status, Header: response.Header, buffers: &c.buffers},
	}
	// A request that is still being sent must go on, and a Rest that nobody reads yet could keep it from that.
	u.readAll = response.Sending()
	err := u.read()
	broken := response.Broken()
	if broken != nil {
		err = broken
	}
	failure := (*SendError)(nil)
	if err != nil {
		failure = response.Failure(err)
	}
	if err != nil || u.reply.Rest == nil {
		_ = response.Close()
		u.reply.BodyFree = true
	}
	var own *Error
	var disk *spoolError
	switch {
	case err == nil:
		return u.reply, nil
	case errors.As(err, &disk):
		return nil, &SendError{Kind: SendFailed, Sent: true, Phase: wire.PhaseRead, Cause: err}
	case errors.As(err, &own) && own.Kind == TooLarge:
		return nil, &SendError{Kind: SendTooLarge, Sent: true, Phase: wire.PhaseRead}
	case errors.As(err, &own) && broken == nil:
		u.reply.unreadable = own
		return u.reply, nil
	}
	return nil, failure
}

// answerReader reads the body of one answer into its reply.
type answerReader struct {
	client     *Client
	response   *wire.Response
	out        *Outgoing
	reply      *Reply
	from       io.Reader // what came, unpacked
	expected   int64     // bytes that are said to come, 0 or less if that is not known
	limit      int64
	readAll    bool  // nothing may be left in Rest
	endedEarly bool  // it ended before what was promised
	readError  error // what else it ended in than its end
}

// Read reads what is unpacked. Its end is io.EOF, though it may have come too soon.
func (u *answerReader) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		u.endedEarly, err = true, io.EOF
	}
	if err != nil && err != io.EOF {
		u.readError = err
	}
	return n, err
}

// read reads as much as is wanted. Its error is an *Error where the answer is to blame.
func (u *answerReader) read() error {
	if err := u.decompress(); err != nil {
		return err
	}
	parts, ok := parseMultipart(u.reply.Header.Get("Content-Type"))
	if !ok {
		return guard.NewFactError(guard.FactParts, "")
	}
	var err error
	if parts != nil {
		err = u.readParts(parts)
	} else {
		err = u.readEnvelope()
	}
	if err == nil && u.endedEarly && u.reply.Rest == nil && !endsEnvelope(u.reply.Body) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// decompress sees to what an answer is compressed with.
func (u *answerReader) decompress() error {
	header := u.reply.Header
	switch coding := strings.ToLower(strings.TrimSpace(strings.Join(header.Values("Content-Encoding"), ","))); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		u.from, u.expected = &gzipReader{from: u.from}, 0
		header.Del("Content-Length")
	default:
		return guard.NewFactError(guard.FactCoding, "")
	}
	header.Del("Content-Encoding")
	return nil
}

// readEnvelope reads an answer that is an envelope as it stands.
func (u *answerReader) readEnvelope() (err error) {
	most, hold := u.out.ReadAtMost, u.limit+1
	switch {
	case most == 0 && u.expected > u.limit: // nothing of it needs to go out
		return tooLarge(u.limit)
	case most > 0:
		hold = min(hold, most+1)
	case !u.readAll:
		hold = min(hold, or(u.out.WaitFor, hold))
	}
	r := u.reply
	r.Body, _, err = (&bodyReader{body: u, expected: u.expected, limit: hold}).readAll()
	switch n := int64(len(r.Body)); {
	case err != nil || n < hold:
	case most > 0 && n > most:
		r.Body, r.Truncated = r.Body[:most], true
	case n > u.limit:
		return tooLarge(u.limit)
	default:
		r.Rest = &boundedBody{
			body: readCloser{u, u.response}, left: u.limit - hold, endedEarly: func() bool { return u.endedEarly },
		}
	}
	return err
}

// readParts reads an answer in parts, and makes the envelope with its parts in it the reply's body.
func (u *answerReader) readParts(p *multipartType) (err error) {
	bounded := &io.LimitedReader{R: u, N: or(u.out.ReadAtMost, u.limit) + 1}
	var parts partStore = &memoryParts{}
	var spool *Spool
	if u.out.ReadAtMost == 0 && (u.expected <= 0 || u.expected > spoolAnswerFrom) {
		if spool, err = NewSpool(u.client.Folder); err != nil {
			return &spoolError{err}
		}
		parts = spool
	}
	r := u.reply
	defer func() {
		if r.Rest == nil {
			_ = spool.Close()
		}
	}()
	found, err := p.open(bounded, parts, &u.endedEarly)
	var own *Error
	if errors.As(err, &own) && own.Fact == "" {
		own.Fact = guard.FactParts
	}
	switch {
	case bounded.N == 0 && u.out.ReadAtMost == 0:
		return tooLarge(u.limit)
	case u.readError != nil:
		return u.readError
	case err != nil:
		return err
	case bounded.N == 0:
		r.Truncated, u.endedEarly = true, false
	}
	root := &Reply{Body: found.root, Header: http.Header{"Content-Type": {found.contentType}}, Truncated: r.Truncated}
	if r.Body, err = root.UTF8(); err != nil {
		return err
	}
	for _, name := range []string{"Content-Length", "Mime-Version", "Content-Transfer-Encoding", "Content-Id"} {
		r.Header.Del(name)
	}
	r.Header.Set("Content-Type", ContentType)
	if len(found.parts) == 0 || r.Truncated {
		return nil
	}
	return u.putPartsInto(found, spool)
}

// spoolAnswerFrom is the size from which on the parts of an answer are kept in a file.
const spoolAnswerFrom = 1 << 20

// putPartsInto puts the parts into the envelope.
func (u *answerReader) putPartsInto(found *multipartBody, spool *Spool) error {
	r := u.reply
	whole, err := replaceIncludes(r.Body, found.parts, u.limit)
	if err != nil {
		return err
	}
	hold := u.limit + 1
	if !u.readAll {
		hold = min(hold, or(u.out.WaitFor, hold))
	}
	if r.Body, _, err = (&bodyReader{body: whole, limit: hold}).readAll(); err != nil {
		return err
	}
	if int64(len(r.Body)) == hold {
		r.Rest = &boundedBody{body: readCloser{whole, multiCloser{spool, u.response}}, left: u.limit - hold}
	}
	return nil
}

// readCloser reads from one, and closes the other.
type readCloser struct {
	io.Reader
	io.Closer
}

// multiCloser closes all of them.
type multiCloser []io.Closer

func (c multiCloser) Close() (err error) {
	for _, one := range c {
		err = cmp.Or(err, one.Close())
	}
	return err
}

// gzipReader is what it reads, unpacked. What is not gzip is an *Error.
type gzipReader struct {
	from io.Reader
	to   *gzip.Reader
}

func (g *gzipReader) Read(p []byte) (n int, err error) {
	if g.to == nil {
		if g.to, err = gzip.NewReader(g.from); err != nil {
			g.to = nil
			return 0, gzipError(err)
		}
	}
	n, err = g.to.Read(p)
	return n, gzipError(err)
}

// gzipError tells what is wrong with the answer from what is wrong with its connection.
func gzipError(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return guard.NewFactError(guard.FactGzip, "")
	}
	return err
}

// longestEnding is how far from the end of an envelope its last tag may begin, in bytes.
const longestEnding = 256

// endsEnvelope tells whether text ends in the end tag of an envelope, in any charset that is known.
func endsEnvelope(text []byte) bool {
	text = bytes.ReplaceAll(text[max(0, len(text)-longestEnding):], []byte{0}, nil) // UTF-16
	text, ok := bytes.CutSuffix(bytes.TrimRight(text, whiteSpace), []byte(">"))
	i := bytes.LastIndex(text, []byte("</"))
	if !ok || i < 0 {
		return false
	}
	name := bytes.TrimRight(text[i+2:], whiteSpace)
	return string(name[bytes.IndexByte(name, ':')+1:]) == "Envelope"
}

const whiteSpace = " \t\r\n"

// CloseTruncated makes a document of what was read of an answer that is Cut: up to the end of the last element that
// is whole, and with an end tag for each element that is open there. What of the answer stood before the cut can then
// be decoded as if it were all.
func CloseTruncated(text []byte) []byte {
	d := lenient(text)
	var open []string
	var ended []string // what was open after the last end tag
	var end int64
	for {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if t.Name.Space != "" {
				name = t.Name.Space + ":" + name
			}
			open = append(open, name)
		case xml.EndElement:
			if len(open) == 0 {
				return text
			}
			open = open[:len(open)-1]
			ended, end = append(ended[:0], open...), d.InputOffset()
		}
	}
	out := bytes.Clone(text[:end])
	for i := len(ended) - 1; i >= 0; i-- {
		out = append(out, "</"+ended[i]+">"...)
	}
	return out
}
