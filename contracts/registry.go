package contracts

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"rivgate/wsdl"
)

// Registry is the set of known contracts by responder namespace. It is built once and never changes.
type Registry struct {
	byNamespace map[string]*Contract
	all         []*Contract
	send, ret   *Contract
	codes       map[string]*CodeSet
	problems    []error
}

// Options of one contract or of all.
type Options struct {
	Pack        Pack                  // the pack of the complaints contracts
	Validation  Mode                  // default of all; "" means Enforce
	PerContract map[string]PerOptions // by responder namespace or short name
	Folders     []Folder              // further contracts, to be validated and described
}

// PerOptions overrides Options for one contract.
type PerOptions struct {
	Validation Mode // "" means the default
	// "queue", "forward" or "" for the default: queue for the complaints contracts, forward for any other
	Delivery string
}

// The ways of delivery in PerOptions.
const (
	DeliverQueue   = "queue"
	DeliverForward = "forward"
)

// NewRegistry compiles every contract of the pack and of wsdl/platform. A schema that does not compile is not an error:
// its contract gets Validation Off, and Problems says so. Errors are an unknown mode or delivery, a name in PerContract
// that no contract has, and a pack whose files cannot be read.
func NewRegistry(o Options) (*Registry, error) {
	if o.Pack == nil {
		return nil, errors.New("opening contracts: no pack")
	}
	if o.Validation == "" {
		o.Validation = Enforce
	}
	r := &Registry{byNamespace: make(map[string]*Contract)}
	if err := r.complaints(o); err != nil {
		return nil, fmt.Errorf("opening contracts of pack %s: %w", o.Pack.Name(), err)
	}
	if err := r.platform(o); err != nil {
		return nil, fmt.Errorf("opening contracts of the platform: %w", err)
	}
	for _, f := range o.Folders {
		if err := r.folder(f, o); err != nil {
			return nil, fmt.Errorf("opening contracts of folder %s: %w", f.Name, err)
		}
	}
	for _, c := range r.byNamespace {
		r.all = append(r.all, c)
	}
	sort.Slice(r.all, func(i, j int) bool { return r.all[i].Contract < r.all[j].Contract })
	for name := range o.PerContract {
		if r.byNamespace[name] == nil && r.Names()[name] == "" {
			return nil, fmt.Errorf("opening contracts: no contract is called %q", name)
		}
	}
	for _, c := range r.all {
		r.open(c)
	}
	return r, nil
}

// open compiles the schema of c, or notes a problem when that fails.
func (r *Registry) open(c *Contract) {
	if err := c.compile(); err != nil {
		c.Validation = Off
		r.problems = append(r.problems, fmt.Errorf("contract %s is not validated: %w", c.Contract, err))
	}
}

func (r *Registry) complaints(o Options) error {
	pack, err := wsdl.Pack(o.Pack.Name())
	if err != nil {
		return err
	}
	if r.codes, err = readCodeSets(pack); err != nil {
		return err
	}
	for i, op := range o.Pack.Operations() {
		c := &Contract{
			Operation: op, Pack: o.Pack.Name(), Complaints: true, Durable: true, pack: o.Pack, codes: r.codes, send: i == 0,
		}
		if err := r.add(c, pack, o); err != nil {
			return err
		}
		if i == 0 {
			r.send = c
		} else {
			r.ret = c
		}
	}
	return nil
}

func (r *Registry) platform(o Options) error {
	pack, err := wsdl.Pack(wsdl.Platform)
	if err != nil {
		return err
	}
	return fs.WalkDir(pack, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".wsdl") {
			return err
		}
		described, err := readWSDL(pack, name)
		if err != nil {
			return err
		}
		for _, op := range described.operations {
			if r.byNamespace[op.Contract] != nil {
				continue // the same contract in another profile
			}
			if err := r.add(&Contract{Operation: op, Pack: wsdl.Platform}, pack, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// add applies the configuration to c and puts it into the registry.
func (r *Registry) add(c *Contract, pack fs.FS, o Options) error {
	c.files = pack
	c.Validation = o.Validation
	per, ok := o.PerContract[c.Contract]
	if !ok {
		per = o.PerContract[c.Name]
	}
	if per.Validation != "" {
		c.Validation = per.Validation
	}
	switch c.Validation {
	case Off, Warn, Enforce:
	default:
		return fmt.Errorf("contract %s: validation %q is not off, warn or enforce", c.Name, c.Validation)
	}
	switch per.Delivery {
	case "":
	case DeliverQueue, DeliverForward:
		c.Durable = per.Delivery == DeliverQueue
	default:
		return fmt.Errorf("contract %s: delivery %q is not queue or forward", c.Name, per.Delivery)
	}
	r.byNamespace[c.Contract] = c
	return nil
}

// Contract finds a contract by responder namespace; nil where it is not known.
func (r *Registry) Contract(namespace string) *Contract { return r.byNamespace[namespace] }

// All are the known contracts in the order of their namespaces.
func (r *Registry) All() []*Contract { return r.all }

// Send is the contract that sends cases to who handles them.
func (r *Registry) Send() *Contract { return r.send }

// Return is the contract that returns data.
func (r *Registry) Return() *Contract { return r.ret }

// Durable tells whether calls of a contract are queued; false for one that is not known.
func (r *Registry) Durable(namespace string) bool {
	c := r.SimilarTo(namespace)
	return c != nil && c.Durable
}

// SimilarTo finds a contract by a namespace as catalogues and callers write it: upper and lower case are the same. Nil
// when there is none.
func (r *Registry) SimilarTo(namespace string) *Contract {
	if c := r.byNamespace[namespace]; c != nil {
		return c
	}
	for _, c := range r.all {
		if strings.EqualFold(c.Contract, namespace) {
			return c
		}
	}
	return nil
}

// Names maps the short name of each known contract to its responder namespace. When two contracts have the same name,
// the name means the gateway's own contract, or else the later version.
func (r *Registry) Names() map[string]string {
	names := make(map[string]string, len(r.all))
	for _, c := range r.all {
		if c.foreign {
			names[c.Name] = c.Contract
		}
	}
	for _, c := range r.all {
		if !c.foreign {
			names[c.Name] = c.Contract
		}
	}
	return names
}

// CodeSet finds a code set by its code system, as a CVType names it.
func (r *Registry) CodeSet(system string) (*CodeSet, bool) {
	set, ok := r.codes[system]
	return set, ok
}

// Problems are what was wrong with schemas, for the log at start.
func (r *Registry) Problems() []error { return r.problems }
