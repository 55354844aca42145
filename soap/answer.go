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
	u := &unpacking{
		client: c, response: response, out: out, from: response, told: response.Length, limit: or(c.MaxAnswer, 15<<20),
		reply: &Reply{Status: response.Status, Header: response.Header, rooms: &c.rooms},
	}
	// A request that is still being sent must go on, and a Rest that nobody reads yet could keep it from that.
	u.all = response.Sending()
	err := u.unpack()
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
	var disk *copyError
	switch {
	case err == nil:
		return u.reply, nil
	case errors.As(err, &disk):
		return nil, &SendError{Kind: SendFailed, Sent: true, Phase: wire.PhaseRead, Cause: err}
	case errors.As(err, &own) && own.Kind == TooLarge:
		return nil, &SendError{Kind: SendTooLarge, Sent: true, Phase: wire.PhaseRead}
	case errors.As(err, &own) && broken == nil:
		u.reply.flaw = own
		return u.reply, nil
	}
	return nil, failure
}

// unpacking reads the body of one answer into its reply.
type unpacking struct {
	client   *Client
	response *wire.Response
	out      *Outgoing
	reply    *Reply
	from     io.Reader // what came, unpacked
	told     int64     // bytes that are said to come, 0 or less if that is not known
	limit    int64
	all      bool  // nothing may be left in Rest
	short    bool  // it ended before what was promised
	broken   error // what else it ended in than its end
}

// Read reads what is unpacked. Its end is io.EOF, though it may have come too soon.
func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		u.short, err = true, io.EOF
	}
	if err != nil && err != io.EOF {
		u.broken = err
	}
	return n, err
}

// unpack reads as much as is wanted. Its error is an *Error where the answer is to blame.
func (u *unpacking) unpack() error {
	if err := u.decompress(); err != nil {
		return err
	}
	parts, ok := packaged(u.reply.Header.Get("Content-Type"))
	if !ok {
		return guard.Factual(guard.FactParts, "")
	}
	var err error
	if parts != nil {
		err = u.inParts(parts)
	} else {
		err = u.whole()
	}
	if err == nil && u.short && u.reply.Rest == nil && !endsEnvelope(u.reply.Body) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// decompress sees to what an answer is compressed with.
func (u *unpacking) decompress() error {
	header := u.reply.Header
	switch coding := strings.ToLower(strings.TrimSpace(strings.Join(header.Values("Content-Encoding"), ","))); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		u.from, u.told = &gunzip{from: u.from}, 0
		header.Del("Content-Length")
	default:
		return guard.Factual(guard.FactCoding, "")
	}
	header.Del("Content-Encoding")
	return nil
}

// whole reads an answer that is an envelope as it stands.
func (u *unpacking) whole() (err error) {
	most, hold := u.out.Most, u.limit+1
	switch {
	case most == 0 && u.told > u.limit: // nothing of it needs to go out
		return tooLarge(u.limit)
	case most > 0:
		hold = min(hold, most+1)
	case !u.all:
		hold = min(hold, or(u.out.Hold, hold))
	}
	r := u.reply
	r.Body, _, err = (&gathering{body: u, told: u.told, limit: hold}).gather()
	switch n := int64(len(r.Body)); {
	case err != nil || n < hold:
	case most > 0 && n > most:
		r.Body, r.Cut = r.Body[:most], true
	case n > u.limit:
		return tooLarge(u.limit)
	default:
		r.Rest = &rest{body: closing{u, u.response}, left: u.limit - hold, early: func() bool { return u.short }}
	}
	return err
}

// inParts reads an answer in parts, and makes the envelope with its parts in it the reply's body.
func (u *unpacking) inParts(p *packaging) (err error) {
	bounded := &io.LimitedReader{R: u, N: or(u.out.Most, u.limit) + 1}
	var parts partStore = &inMemory{}
	var spool *Spool
	if u.out.Most == 0 && (u.told <= 0 || u.told > firstSpooled) {
		if spool, err = NewSpool(u.client.Folder); err != nil {
			return &copyError{err}
		}
		parts = spool
	}
	r := u.reply
	defer func() {
		if r.Rest == nil {
			_ = spool.Close()
		}
	}()
	found, err := p.open(bounded, parts, &u.short)
	var own *Error
	if errors.As(err, &own) && own.Fact == "" {
		own.Fact = guard.FactParts
	}
	switch {
	case bounded.N == 0 && u.out.Most == 0:
		return tooLarge(u.limit)
	case u.broken != nil:
		return u.broken
	case err != nil:
		return err
	case bounded.N == 0:
		r.Cut, u.short = true, false
	}
	root := &Reply{Body: found.root, Header: http.Header{"Content-Type": {found.contentType}}, Cut: r.Cut}
	if r.Body, err = root.UTF8(); err != nil {
		return err
	}
	for _, name := range []string{"Content-Length", "Mime-Version", "Content-Transfer-Encoding", "Content-Id"} {
		r.Header.Del(name)
	}
	r.Header.Set("Content-Type", ContentType)
	if len(found.parts) == 0 || r.Cut {
		return nil
	}
	return u.included(found, spool)
}

// firstSpooled is the size from which on the parts of an answer are kept in a file.
const firstSpooled = 1 << 20

// included puts the parts into the envelope.
func (u *unpacking) included(found *parcels, spool *Spool) error {
	r := u.reply
	whole, err := include(r.Body, found.parts, u.limit)
	if err != nil {
		return err
	}
	hold := u.limit + 1
	if !u.all {
		hold = min(hold, or(u.out.Hold, hold))
	}
	if r.Body, _, err = (&gathering{body: whole, limit: hold}).gather(); err != nil {
		return err
	}
	if int64(len(r.Body)) == hold {
		r.Rest = &rest{body: closing{whole, closers{spool, u.response}}, left: u.limit - hold}
	}
	return nil
}

// closing reads from one, and closes the other.
type closing struct {
	io.Reader
	io.Closer
}

// closers closes all of them.
type closers []io.Closer

func (c closers) Close() (err error) {
	for _, one := range c {
		err = cmp.Or(err, one.Close())
	}
	return err
}

// gunzip is what it reads, unpacked. What is not gzip is an *Error.
type gunzip struct {
	from io.Reader
	to   *gzip.Reader
}

func (g *gunzip) Read(p []byte) (n int, err error) {
	if g.to == nil {
		if g.to, err = gzip.NewReader(g.from); err != nil {
			g.to = nil
			return 0, notPacked(err)
		}
	}
	n, err = g.to.Read(p)
	return n, notPacked(err)
}

// notPacked tells what is wrong with the answer from what is wrong with its connection.
func notPacked(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return guard.Factual(guard.FactGzip, "")
	}
	return err
}

// longestEnding is how far from the end of an envelope its last tag may begin, in bytes.
const longestEnding = 256

// endsEnvelope tells whether text ends in the end tag of an envelope, in any charset that is known.
func endsEnvelope(text []byte) bool {
	text = bytes.ReplaceAll(text[max(0, len(text)-longestEnding):], []byte{0}, nil) // UTF-16
	text, ok := bytes.CutSuffix(bytes.TrimRight(text, blanks), []byte(">"))
	i := bytes.LastIndex(text, []byte("</"))
	if !ok || i < 0 {
		return false
	}
	name := bytes.TrimRight(text[i+2:], blanks)
	return string(name[bytes.IndexByte(name, ':')+1:]) == "Envelope"
}

const blanks = " \t\r\n"

// CloseCut makes a document of what was read of an answer that is Cut: up to the end of the last element that is whole,
// and with an end tag for each element that is open there. What of the answer stood before the cut can then be decoded
// as if it were all.
func CloseCut(text []byte) []byte {
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
