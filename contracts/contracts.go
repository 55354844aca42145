// Package contracts judges messages. It has the canonical case model, the registry of service contracts, validation
// against their schemas, and the business rules that need nothing but the message itself.
//
// It does not know the case that a message belongs to, the catalogue, or the network. The wire forms of the canonical
// model are packs, folders below this one; this package sees them only through the Pack interface.
package contracts

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"

	"rivgate/soap"
)

// Mode says whether a message is validated, and what happens to one that breaks its schema or the business rules.
type Mode string

// The modes of validation.
const (
	Off     Mode = "off"     // not looked at
	Warn    Mode = "warn"    // logged, let through
	Enforce Mode = "enforce" // refused
)

// Pack maps between the canonical model and one wire form of the complaints contracts. Implemented by each pack folder
// below this one (contracts/inferred).
type Pack interface {
	// Name is the folder of the pack's files below wsdl, "inferred".
	Name() string
	// Operations are the two complaints operations, send first, then return.
	Operations() [2]soap.Operation
	// Read maps a schema-valid UTF-8 envelope to the canonical model. It refuses only what it cannot map.
	Read(envelope []byte) (*Message, error)
	// Write maps m to an envelope addressed to m.Receiver; m.Update decides which operation.
	Write(m *Message) ([]byte, error)
	// WriteReceipt is the response envelope of op (one of Operations) for r. The same r gives the same bytes.
	WriteReceipt(op soap.Operation, r Receipt) ([]byte, error)
	// ReadReceipt maps a response envelope of op.
	ReadReceipt(op soap.Operation, envelope []byte) (Receipt, error)
}

// Contract is one service contract that Rivgate knows.
type Contract struct {
	soap.Operation
	Pack       string // folder below wsdl
	Complaints bool   // one of the two complaints contracts: it has the canonical model and the business rules
	Durable    bool   // stored before it is answered; else forwarded
	Validation Mode

	foreign bool // it comes from a folder that the configuration names
	pack    Pack // nil unless Complaints
	send    bool
	files   fs.FS           // the pack's folder
	closure map[string]bool // WSDL and every file that it leads to, as paths in files
	schema  *schema         // nil where it does not compile
	codes   map[string]*CodeSet
}

// Send tells whether c is the send contract of the complaints.
func (c *Contract) Send() bool { return c.Complaints && c.send }

// Return tells whether c is the return contract of the complaints.
func (c *Contract) Return() bool { return c.Complaints && !c.send }

// Validate checks a whole request envelope (UTF-8) against the schema in one streaming pass. It returns nil when there
// is no schema or Validation is Off. The error is *Error{ValidationError, SubSchema} with path, line and column. It is
// returned in mode Warn too: the caller looks at c.Validation to decide what to do with it.
func (c *Contract) Validate(envelope []byte) error {
	if c.schema == nil || c.Validation == Off {
		return nil
	}
	return c.schema.validate(envelope)
}

// ValidateRequest is Validate for a request whose envelope has been read to its end.
func (c *Contract) ValidateRequest(req *soap.Request) error {
	return withPosition(c.Validate(req.Text()), req.Condensed())
}

// Read judges a request of a complaints contract by its schema and the business rules of one message, and maps it to
// the canonical model. The error is *Error. In mode Warn a message that can be mapped is returned together with the
// *Error that mode Enforce would refuse it with. In mode Off the rules are not checked. req must have been read to its
// end; large files that are not in memory have Content in the message.
func (c *Contract) Read(req *soap.Request) (*Message, error) { return c.ReadKnowing(req, nil) }

// ReadKnowing is Read for a caller that knows which units are no care (kind other): a case for such a unit need not
// name the unit where it happened. noCare may be nil.
func (c *Contract) ReadKnowing(req *soap.Request, noCare func(hsaID string) bool) (*Message, error) {
	m, err := c.read(req.Text(), req.Condensed(), noCare)
	return m, withPosition(err, req.Condensed())
}

// ReadEnvelope is Read for an envelope that is UTF-8 and has passed the guard.
func (c *Contract) ReadEnvelope(envelope []byte) (*Message, error) { return c.read(envelope, nil, nil) }

func (c *Contract) read(envelope []byte, condensed *soap.Condensed,
	noCare func(hsaID string) bool,
) (*Message, error) {
	if !c.Complaints {
		return nil, errNoModel
	}
	invalid := c.Validate(envelope)
	if invalid != nil && c.Validation == Enforce {
		return nil, invalid
	}
	m, err := c.pack.Read(envelope)
	if err != nil {
		if invalid != nil {
			return nil, invalid
		}
		return nil, unmapped(c.Request.Local, err)
	}
	if (m.Update == nil) != c.send {
		return nil, unmapped(c.Request.Local, errOther)
	}
	m.fill(condensed)
	if invalid != nil || c.Validation == Off {
		return m, invalid
	}
	if broken := (rules{root: c.Request.Local, codes: c.codes, noCare: noCare}).check(m); broken != nil {
		if c.Validation == Enforce {
			return nil, broken
		}
		return m, broken
	}
	return m, nil
}

// unmapped is the refusal of a message that cannot be mapped to the model: the schema allows it and the model cannot
// hold it, or the schema is not enforced.
func unmapped(root string, cause error) *Error {
	var e *Error
	if errors.As(cause, &e) {
		return e
	}
	e = refuse(SubSchema, root,
		"Meddelandet kan inte läsas. Rätta det enligt kontraktets schema och skicka det med ett nytt id.")
	e.Cause = cause
	return e
}

// Write writes m as a request envelope of the pack.
func (c *Contract) Write(m *Message) ([]byte, error) {
	if !c.Complaints {
		return nil, errNoModel
	}
	if (m.Update == nil) != c.send {
		return nil, errOther
	}
	return c.pack.Write(m)
}

// WriteReceipt is the response envelope for r. The same r gives the same bytes.
func (c *Contract) WriteReceipt(r Receipt) ([]byte, error) {
	if !c.Complaints {
		return nil, errNoModel
	}
	return c.pack.WriteReceipt(c.Operation, r)
}

// ReadReceipt maps a response envelope. The delivery worker reads answers by it.
func (c *Contract) ReadReceipt(envelope []byte) (Receipt, error) {
	if !c.Complaints {
		return Receipt{}, errNoModel
	}
	return c.pack.ReadReceipt(c.Operation, envelope)
}

// compile reads the contract's files and compiles its schema.
func (c *Contract) compile() error {
	described, err := readWSDL(c.files, c.WSDL)
	if err != nil {
		return err
	}
	if c.closure, err = closure(c.files, c.WSDL); err != nil {
		return err
	}
	file, ok := described.schemas[c.Contract]
	if !ok {
		return fmt.Errorf("compiling schema: %s imports no schema file for the contract", c.WSDL)
	}
	c.schema, err = compile(c.files, file, c.Request)
	return err
}

// Condensing says how a large request of c is condensed: the content of elements that its schema declares as
// xs:base64Binary is taken out.
func (c *Contract) Condensing() soap.Condensing {
	how := soap.Condensing{}
	if c.schema != nil {
		how.Files = c.schema.binary
	}
	_, _ = rand.Read(how.StandInPrefix[:]) // it never fails
	return how
}
