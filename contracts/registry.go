package contracts

import (
	"rivgate/soap"
)

// Mode says what happens to a message that its schema or the business rules refuse.
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
	// Read maps a schema-valid UTF-8 envelope to the canonical model. It refuses nothing but what it cannot map.
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
	// unexported: pack, compiled schema of the whole envelope, code sets
}

// Send tells whether c is the send contract of the complaints.
func (c *Contract) Send() bool { panic("unbuilt") }

// Return tells whether c is the return contract of the complaints.
func (c *Contract) Return() bool { panic("unbuilt") }

// Validate checks a whole request envelope (UTF-8) against the schema in one streaming pass. Nil where there is no schema or Validation is Off. The
// error is *Error{ValidationError, SubSchema} with path, line and column; in mode Warn it is returned too: the caller decides by c.Validation.
func (c *Contract) Validate(envelope []byte) error { panic("unbuilt") }

// Read judges a request of a complaints contract: schema, mapping, business rules of one message. The error is *Error; in mode Warn a
// message that can be mapped is returned together with the *Error that Enforce would have refused it with; in mode Off rules are not looked at.
func (c *Contract) Read(req *soap.Request) (*Message, error) { panic("unbuilt") }

// Write writes m as a request envelope of the pack.
func (c *Contract) Write(m *Message) ([]byte, error) { panic("unbuilt") }

// WriteReceipt is the response envelope for r. The same r gives the same bytes.
func (c *Contract) WriteReceipt(r Receipt) ([]byte, error) { panic("unbuilt") }

// ReadReceipt maps a response envelope. For the handling of answers by the delivery worker.
func (c *Contract) ReadReceipt(envelope []byte) (Receipt, error) { panic("unbuilt") }

// Registry is the set of known contracts by responder namespace. It is built once and never changes.
type Registry struct{}

// Options of one contract or of all.
type Options struct {
	Pack        Pack                  // the pack of the complaints contracts
	Validation  Mode                  // default of all
	PerContract map[string]PerOptions // by responder namespace or short name
}

// PerOptions overrides Options for one contract.
type PerOptions struct {
	Validation Mode   // "" means the default
	Delivery   string // "queue", "forward" or "" for the default
}

// NewRegistry compiles every contract of the pack and of wsdl/platform. A schema that does not compile is not an error: its contract gets Validation Off,
// and Problems says so.
func NewRegistry(o Options) (*Registry, error) { panic("unbuilt") }

// Contract finds a contract by responder namespace; nil where it is not known.
func (r *Registry) Contract(namespace string) *Contract { panic("unbuilt") }

// All are the known contracts in the order of their namespaces.
func (r *Registry) All() []*Contract { panic("unbuilt") }

// Send and Return are the two complaints contracts.
func (r *Registry) Send() *Contract { panic("unbuilt") }

// Return is the contract that returns data.
func (r *Registry) Return() *Contract { panic("unbuilt") }

// Durable tells whether calls of a contract are queued.
func (r *Registry) Durable(namespace string) bool { panic("unbuilt") }

// Names maps the short name of each known contract to its responder namespace.
func (r *Registry) Names() map[string]string { panic("unbuilt") }

// Problems are what was wrong with schemas, for the log at start.
func (r *Registry) Problems() []error { panic("unbuilt") }

// SameContent tells whether two request envelopes have equal content: the children of Body are equal after exclusive canonicalisation
// without comments.
func SameContent(a, b []byte) (bool, error) { panic("unbuilt") }
