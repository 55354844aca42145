package soap

import (
	"io"
)

// Limits bounds what the guard lets through. The zero value of a field means its default.
type Limits struct {
	Message    int64 // bytes of a whole message as received; default 15 MiB
	Whole      int64 // bytes up to which a message is guarded whole before ReadRequest returns; default 1 MiB
	Depth      int   // element nesting; default 100
	Attributes int   // attributes of one element; default 128
	Namespaces int   // namespace declarations in scope; default 128
	Name       int   // bytes of one name; default 512
}

// Request is one received SOAP 1.1 request. Its head has been read and guarded: it is known whom it is for and which
// contract it speaks. Up to Limits.Whole the rest has been guarded too, and then Complete is true.
type Request struct {
	Charset   string // how it came: "UTF-8", "UTF-16LE", "UTF-16BE" or "ISO-8859-1"
	Profile   string // RIVTABP21 where LogicalAddress named the receiver, else RIVTABP20
	Receiver  string // the whole text of that header, blanks kept
	Contract  string // namespace of the first element in Body
	Operation string // local name of the first element in Body
	Complete  bool   // the whole message is in memory and has passed the guard

	received []byte    // bytes as received, so far
	utf8     []byte    // the same as UTF-8 without BOM; shares received where nothing was converted
	rest     io.Reader // what is still to be read; nil when Complete
	limits   Limits
}
