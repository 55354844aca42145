package soap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"

	"rivgate/soap/guard"
)

// WithReceiver is the message as it is sent on: as UTF8 gives it, with the byte order mark of UTF-8 if it came with
// one, but with its receiver named by the header element header: LogicalAddress of RIVTABP21, or To of RIVTABP20.
// Nothing but the name in the element's tags is changed, so its text and attributes, and all else, stay as they are
// to the byte. A To beside a LogicalAddress is left out where it would be a second one. Nil unless Complete.
func (r *Request) WithReceiver(header xml.Name) []byte {
	if !r.Complete {
		return nil
	}
	head, at := r.editedHead(header)
	switch {
	case at == 0 && r.sharesReceived:
		return r.received
	case at == 0 && len(head) == 0:
		return r.utf8
	}
	return append(head, r.utf8[at:]...)
}

// StreamWithReceiver is to Stream what WithReceiver is to UTF8.
func (r *Request) StreamWithReceiver(header xml.Name) io.Reader {
	if r.Complete {
		return bytes.NewReader(r.WithReceiver(header))
	}
	head, at := r.editedHead(header)
	s := r.stream()
	s.given = int(at)
	return io.MultiReader(bytes.NewReader(head), s)
}

// KeepsBytes tells whether WithReceiver and StreamWithReceiver leave every byte as it was received.
func (r *Request) KeepsBytes(header xml.Name) bool {
	return r.sharesReceived && r.parts == nil && len(r.edits(header)) == 0
}

// edit replaces one piece of the message.
type edit struct {
	guard.Span
	with []byte
}

// editedHead is the start of the message with its byte order mark and another receiver's header, and how much of the
// message it stands for: none, if nothing is to be changed.
func (r *Request) editedHead(header xml.Name) (head []byte, at int64) {
	if r.bodyCharset == guard.UTF8 {
		head = bytes.Clone(r.received[:r.bomSize])
	}
	for _, e := range r.edits(header) {
		head = append(append(head, r.utf8[at:e.Begin]...), e.with...)
		at = e.End
	}
	return head, at
}

// edits are what readdressed does, in the order of the message.
func (r *Request) edits(header xml.Name) []edit {
	from, other := r.guard.LogicalAddress, r.guard.To
	if from == nil {
		from, other = other, nil
	}
	if from == nil || (r.Profile == RIVTABP20) == (header.Space == NamespaceAddressing) {
		return nil
	}
	edits := r.renameHeader(from, header)
	if other == nil {
		return edits
	}
	left := edit{Span: guard.Span{Begin: other.StartTag.Begin, End: other.EndTag.End}}
	if left.Begin < from.StartTag.Begin {
		return append([]edit{left}, edits...)
	}
	return append(edits, left)
}

// renameHeader gives the tags of the element c another name. Its prefix is declared in the tag itself, and is one
// that the tag does not use for anything else.
func (r *Request) renameHeader(c *guard.ReceiverHeader, header xml.Name) []edit {
	start := r.utf8[c.StartTag.Begin:c.StartTag.End]
	prefix := "rcv"
	for n := 1; bytes.Contains(start, []byte(prefix)); n++ {
		prefix = fmt.Sprintf("rcv%d", n)
	}
	name := prefix + ":" + header.Local
	var namespace bytes.Buffer
	escape(&namespace, header.Space)
	edits := []edit{
		{
			guard.Span{Begin: c.StartTag.Begin, End: c.NameEnd},
			fmt.Appendf(nil, `<%s xmlns:%s="%s"`, name, prefix, namespace.Bytes()),
		},
	}
	if c.EndTag != c.StartTag {
		edits = append(edits, edit{c.EndTag, []byte("</" + name + ">")})
	}
	return edits
}
