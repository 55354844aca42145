package soap

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
)

const (
	namespaceXOP = "http://www.w3.org/2004/08/xop/include"
	mediaXOP     = "application/xop+xml"
	// maxParts is how many parts a message in parts may have, its envelope included.
	maxParts = 128
)

// packaging is the Content-Type of a message in parts: multipart/related around application/xop+xml (XML-binary Optimized Packaging, XOP 1.0),
// which some stacks send unasked.
type packaging struct {
	boundary, start string
}

// packaged tells a message in parts from any other; ok is false where it is one that is not taken.
func packaged(contentType string) (p *packaging, ok bool) {
	if _, plain := plainType(contentType); plain {
		return nil, true
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if !strings.HasPrefix(kind, "multipart/") && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "multipart/") {
		return nil, true
	}
	if err != nil || kind != "multipart/related" || !strings.EqualFold(parameters["type"], mediaXOP) || parameters["boundary"] == "" {
		return nil, false
	}
	return &packaging{boundary: parameters["boundary"], start: contentID(parameters["start"])}, true
}

func contentID(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "<"), ">")
}

func badPackage(reason string) error { return &Error{Kind: Malformed, Reason: reason} }

// readPackaged reads a message in parts. The request is Complete: its UTF8 is the envelope with each xop:Include replaced by its part as base64,
// its Envelope is what was received. Neither is above limits.Message.
func readPackaged(body io.Reader, p *packaging, limits Limits) (*Request, error) {
	limits = limits.defaulted()
	raw := newRequest(limits)
	if _, err := raw.receive(body, limits.Message+1, nil); err != nil {
		return nil, err
	}
	root, contentType, parts, err := p.open(raw.received)
	if err != nil {
		return nil, err
	}
	limits.Whole = limits.Message
	envelope, err := ReadRequest(bytes.NewReader(root), contentType, limits)
	if err != nil {
		return nil, err
	}
	whole, err := include(envelope.UTF8(), parts, limits.Message)
	if err != nil {
		return nil, err
	}
	r, err := ReadRequest(bytes.NewReader(whole), "text/xml; charset=UTF-8", limits)
	if err != nil {
		return nil, err
	}
	r.received, r.Charset = raw.received, envelope.Charset
	return r, nil
}

// part is one part beside the envelope. It is used once: a message that names it again would grow with each time.
type part struct {
	content []byte
	used    bool
}

// open finds the envelope, which is the part that start names or else the first, and the others by their Content-ID.
func (p *packaging) open(message []byte) (root []byte, contentType string, parts map[string]*part, err error) {
	reader := multipart.NewReader(bytes.NewReader(message), p.boundary)
	parts = map[string]*part{}
	found := false
	for n := 0; ; n++ {
		next, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxParts {
			return nil, "", nil, badPackage("the parts of the message cannot be read, or are too many")
		}
		content, err := decoded(next)
		if err != nil {
			return nil, "", nil, err
		}
		id := contentID(next.Header.Get("Content-ID"))
		if !found && (p.start == "" || id == p.start) {
			root, contentType, found = content, next.Header.Get("Content-Type"), true
			continue
		}
		if id == "" {
			continue // nobody can name it
		}
		if parts[id] != nil {
			return nil, "", nil, badPackage("two parts have the same Content-ID")
		}
		parts[id] = &part{content: content}
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if !found || err != nil || kind != mediaXOP {
		return nil, "", nil, badPackage("the part with the envelope is missing or not application/xop+xml")
	}
	contentType = "text/xml"
	if charset := parameters["charset"]; charset != "" {
		contentType = mime.FormatMediaType(contentType, map[string]string{"charset": charset})
	}
	return root, contentType, parts, nil
}

func decoded(p *multipart.Part) ([]byte, error) {
	content, err := io.ReadAll(p)
	if err != nil {
		return nil, badPackage("the parts of the message cannot be read, or are too many")
	}
	switch strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))) {
	case "", "binary", "8bit", "7bit":
		return content, nil
	case "base64":
		content, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(content)), ""))
		if err == nil {
			return content, nil
		}
	}
	return nil, badPackage("a part's Content-Transfer-Encoding is not taken")
}

// include replaces every xop:Include in envelope, which has passed the guard. An Include is alone in its element (XOP 1.0 section 3.2), is
// empty, and names a part that no other names. What a part holds is bytes: an Include in one is none.
func include(envelope []byte, parts map[string]*part, limit int64) ([]byte, error) {
	d := lenient(envelope)
	var out bytes.Buffer
	at := int64(0)               // how much of envelope is in out
	lonely, after := true, false // nothing but the start tag stands before; an Include was the last that came
	for {
		begin := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			out.Write(envelope[at:])
			if int64(out.Len()) > limit {
				return nil, tooLarge()
			}
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, badPackage("the envelope in parts cannot be read")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name != (xml.Name{Space: namespaceXOP, Local: "Include"}) {
				if after {
					return nil, badPackage("an xop:Include is not alone in its element")
				}
				lonely = true
				continue
			}
			content, err := named(t, parts)
			if err != nil {
				return nil, err
			}
			if end, err := d.Token(); err != nil || !lonely || after || end != (xml.EndElement{Name: t.Name}) {
				return nil, badPackage("an xop:Include is not empty, or not alone in its element")
			}
			if int64(out.Len())+begin-at+int64(base64.StdEncoding.EncodedLen(len(content))) > limit {
				return nil, tooLarge()
			}
			out.Write(envelope[at:begin])
			out.WriteString(base64.StdEncoding.EncodeToString(content))
			at, after = d.InputOffset(), true
		case xml.EndElement:
			lonely, after = false, false
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				if after {
					return nil, badPackage("an xop:Include is not alone in its element")
				}
				lonely = false
			}
		}
	}
}

// named is the content of the part that an Include names.
func named(start xml.StartElement, parts map[string]*part) ([]byte, error) {
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
		return nil, badPackage("an xop:Include names a part that is not there")
	case p.used:
		return nil, badPackage("two xop:Include name the same part")
	}
	p.used = true
	return p.content, nil
}
