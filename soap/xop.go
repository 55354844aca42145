package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/url"
	"strings"

	"rivgate/soap/guard"
)

const (
	namespaceXOP = "http://www.w3.org/2004/08/xop/include"
	mediaXOP     = "application/xop+xml"
	// maxParts is how many parts a message in parts may have, its envelope included.
	maxParts = 128
)

// multipartType is the Content-Type of a message in parts: multipart/related around application/xop+xml (XML-binary
// Optimized Packaging, XOP 1.0), which some stacks send unasked.
type multipartType struct {
	boundary, start string
}

// parseMultipart tells a message in parts from any other; ok is false where it is one that is not taken.
func parseMultipart(contentType string) (p *multipartType, ok bool) {
	if _, plain := guard.PlainContentType(contentType); plain {
		return nil, true
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if !strings.HasPrefix(kind, "multipart/") &&
		!strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "multipart/") {
		return nil, true
	}
	if err != nil || kind != "multipart/related" || !strings.EqualFold(parameters["type"], mediaXOP) ||
		parameters["boundary"] == "" {
		return nil, false
	}
	return &multipartType{boundary: parameters["boundary"], start: contentID(parameters["start"])}, true
}

func contentID(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "<"), ">")
}

func badMultipart(reason string) error { return &Error{Kind: Malformed, Reason: reason} }

// readMultipart reads a message in parts: its UTF8 is the envelope with each xop:Include replaced by its part as
// base64, its Envelope is what was received. Neither is above limits.Message. What is above limits.Whole is spooled,
// and read on like any large message.
func readMultipart(body io.Reader, p *multipartType, limits Limits) (*Request, error) {
	limits = limits.defaulted()
	raw := newRequest(limits)
	ended, err := raw.receive(body, limits.Whole+1, nil)
	if err != nil {
		return nil, err
	}
	if !ended {
		return readSpooledMultipart(raw, body, p)
	}
	found, err := p.open(bytes.NewReader(raw.received), &memoryParts{}, nil)
	if err != nil {
		return nil, err
	}
	whole, charset, err := found.assemble(limits)
	if err != nil {
		return nil, err
	}
	limits.Whole = limits.Message
	r, err := ReadRequest(whole, "text/xml; charset=UTF-8", limits)
	if err != nil {
		return nil, err
	}
	r.received, r.Charset, r.sharesReceived = raw.received, charset, false
	return r, nil
}

// readSpooledMultipart goes on with a message in parts of which raw holds the beginning.
func readSpooledMultipart(raw *Request, body io.Reader, p *multipartType) (r *Request, err error) {
	raw.unread = body
	defer func() {
		if r == nil {
			_ = raw.Close()
		}
	}()
	if err := raw.acquireTurn(); err != nil {
		return nil, err
	}
	if err := raw.beginSpool(); err != nil {
		return nil, err
	}
	parts, err := NewSpool(raw.limits.Folder)
	raw.parts = parts
	if err != nil {
		return nil, err
	}
	bounded := &boundedBody{body: io.NopCloser(raw.unread), left: raw.limits.Message - int64(len(raw.received))}
	all := io.MultiReader(bytes.NewReader(raw.received), bounded)
	found, err := p.open(all, parts, nil)
	if err == nil {
		_, err = io.Copy(io.Discard, all) // what follows the last part is part of the message, too
	}
	if err != nil || bounded.left < 0 {
		return nil, spoolingError(err, bounded.left, raw.limits.Message)
	}
	whole, charset, err := found.assemble(raw.limits)
	if err != nil {
		return nil, err
	}
	if r, err = ReadRequest(whole, "text/xml; charset=UTF-8", raw.limits); err != nil {
		return nil, err
	}
	r.spool, r.parts, r.Charset, r.releaseTurn = raw.spool, parts, charset, raw.releaseTurn
	return r, nil
}

// spoolingError tells why a message in parts could not be spooled: because of its size, of us, of the connection, or of
// itself.
func spoolingError(err error, left, limit int64) error {
	var own *Error
	var failed *spoolError
	switch {
	case left < 0:
		return tooLarge(limit)
	case errors.As(err, &failed):
		return failed
	case errors.As(err, &own):
		return own
	}
	return interrupted(err)
}

// replaceIncludes replaces every xop:Include in envelope, which has passed the guard. An Include is alone in its
// element (XOP 1.0 section 3.2), is empty, and names a part that no other names. What a part holds is bytes: an
// Include in one is none.
func replaceIncludes(envelope []byte, parts map[string]*part, limit int64) (io.Reader, error) {
	d := lenient(envelope)
	var out []io.Reader
	size := int64(len(envelope))
	at := int64(0)               // how much of envelope is in out
	lonely, after := true, false // nothing but the start tag stands before; an Include was the last that came
	for {
		begin := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return io.MultiReader(append(out, bytes.NewReader(envelope[at:]))...), nil
		}
		if err != nil {
			return nil, badMultipart("the envelope in parts cannot be read")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name != (xml.Name{Space: namespaceXOP, Local: "Include"}) {
				if after {
					return nil, badMultipart("an xop:Include is not alone in its element")
				}
				lonely = true
				continue
			}
			content, err := includedPart(t, parts)
			if err != nil {
				return nil, err
			}
			if end, err := d.Token(); err != nil || !lonely || after || end != (xml.EndElement{Name: t.Name}) {
				return nil, badMultipart("an xop:Include is not empty, or not alone in its element")
			}
			if size += (content.Size() + 2) / 3 * 4; size > limit {
				return nil, tooLarge(limit)
			}
			out = append(out, bytes.NewReader(envelope[at:begin]), &base64Reader{from: content})
			at, after = d.InputOffset(), true
		case xml.EndElement:
			lonely, after = false, false
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				if after {
					return nil, badMultipart("an xop:Include is not alone in its element")
				}
				lonely = false
			}
		}
	}
}

// includedPart is the content of the part that an Include names.
func includedPart(start xml.StartElement, parts map[string]*part) (*part, error) {
	href := ""
	for _, a := range start.Attr {
		if a.Name == (xml.Name{Local: "href"}) {
			href = a.Value
		}
	}
	id, ok := strings.CutPrefix(href, "cid:")
	id, err := url.PathUnescape(id)
	p := parts[id]
	switch {
	case !ok || err != nil || p == nil:
		return nil, badMultipart("an xop:Include names a part that is not there")
	case p.used:
		return nil, badMultipart("two xop:Include name the same part")
	}
	p.used = true
	return p, nil
}
