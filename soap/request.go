package soap

import (
	"io"
	"time"

	"rivgate/soap/guard"
)

// Limits bounds what the guard lets through. The zero value of a field means its default.
type Limits struct {
	Message int64 // bytes of a whole message as received; default 15 MiB
	// bytes up to which a message is guarded whole before ReadRequest returns, and of one tag; default 1 MiB
	Whole      int64
	Depth      int   // element nesting; default 100
	Attributes int   // attributes of one element; default 128
	Namespaces int   // namespace declarations in scope; default 128
	Name       int   // bytes of one name; default 512. A namespace may have four times as many
	Beside     int64 // bytes of a message that is condensed, the text of its files left out; default 15 MiB

	// Acquire is called before a message longer than Whole is kept whole. It waits until another one may be, and returns
	// the function that ends that. Its error is returned as it is. Nil: no limit.
	Acquire func() (leave func(), err error)

	Folder  string      // for what is spooled; default the system's for temporary files
	Buffers *BufferPool // buffers for messages, put back by Request.Release; nil: each message gets a new one
}

func (l Limits) defaulted() Limits {
	l.Message = or(l.Message, 15<<20)
	l.Whole = min(or(l.Whole, 1<<20), l.Message)
	l.Beside = or(l.Beside, 15<<20)
	return l
}

// guarded is what the guard needs of them.
func (l Limits) guarded() guard.Limits {
	return guard.Limits{Tag: l.Whole, Depth: l.Depth, Attributes: l.Attributes, Namespaces: l.Namespaces, Name: l.Name}
}

func or[T int | int64 | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// Request is one received SOAP 1.1 request. Its head has been read and guarded: it is known whom it is for and which
// contract it speaks. Up to Limits.Whole the rest has been guarded too, and then Complete is true.
//
// A Request is for one goroutine at a time. What it hands out as bytes is shared and must not be changed.
type Request struct {
	Charset   string // how it came: "UTF-8", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "US-ASCII" or "windows-1252"
	Profile   string // RIVTABP21 where LogicalAddress named the receiver, else RIVTABP20
	Receiver  string // the whole text of that header, blanks kept
	Contract  string // namespace of the first element in Body; empty if it has none
	Operation string // local name of the first element in Body
	Complete  bool   // the whole message is in memory and has passed the guard

	// charset of the bytes received and still to be received: UTF-8 where parts were put together, whatever they came in
	bodyCharset string
	contentType string // that Envelope is to be read with again
	multipart   bool   // it came in parts

	received       []byte                  // bytes as received, so far
	pooled         bool                    // received is a buffer of Limits.Buffers
	bomSize        int                     // how many of them are a byte order mark
	sharesReceived bool                    // utf8 is received without its mark: nothing is to be converted
	declared       struct{ text, raw int } // the end of the XML declaration, or of the mark, in utf8 and in received
	converted      int                     // how many of them are in utf8
	utf8           []byte                  // the same as UTF-8 without BOM; shares received where nothing was converted
	unread         io.Reader               // what is still to be read; nil when Complete
	limits         Limits
	guard          *guard.Guard
	condensed      *Condensed
	spool          *Spool     // what was received; nil: it is in received, or not kept
	expectedSize   int64      // declared length of the message; 0 if not known
	resent         *Request   // the message from its start, read from spool for being sent; nil: it is not
	reread         []*Request // the message from its start again, for Rest
	security       security
	releaseTurn    func() // gives back its turn; nil: it has none
	parts          *Spool // what is beside the envelope of a message in parts; nil: nothing, or it is in memory
}

// Envelope is the message byte for byte as it was received; nil unless Complete.
func (r *Request) Envelope() []byte {
	if !r.Complete {
		return nil
	}
	return r.received
}

// ContentType is what Envelope is to be read with again.
func (r *Request) ContentType() string { return r.contentType }

// UTF8 is the message as UTF-8 without byte order mark, and with an XML declaration that does not say otherwise; nil
// unless Complete.
func (r *Request) UTF8() []byte {
	if !r.Complete {
		return nil
	}
	return r.utf8
}
