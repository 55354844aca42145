package signature

import (
	"bytes"
	"io"
	"slices"

	"rivgate/soap/guard"
)

// actorNext is the actor of whoever gets the message first (SOAP 1.1 section 4.2.2).
const actorNext = "http://schemas.xmlsoap.org/soap/actor/next"

// maxSecurity bounds a Security block, in bytes.
const maxSecurity = 256 << 10

// node is an element that may be signed: what it is follows from where it stands, never from its id.
type node struct {
	part  Part
	begin int64  // of its start tag, in the message
	id    string // its wsu:Id; "" where it has none
	space string // its name
	local string
}

// head is what Verify and Sign need of a message's head.
type head struct {
	nodes       []node
	security    *block  // for us
	receivers   []block // LogicalAddress and To
	headerStart int64   // behind the start tag of Header; 0 where there is none
	headerTag   struct{ begin, end int64 }
	body        block // its start tag
}

// block is an element of the head.
type block struct {
	begin, tagEnd, end int64
	scope              map[string]string // declarations around it
	idBegin, idEnd     int64             // where the value of its wsu:Id stands; 0 where it has none
	name               string            // local
}

// receiver is the header that names the receiver, as the guard has it: LogicalAddress before To.
func (h *head) receiver() *block {
	for i := range h.receivers {
		if h.receivers[i].name == "LogicalAddress" {
			return &h.receivers[i]
		}
	}
	if len(h.receivers) == 0 {
		return nil
	}
	return &h.receivers[0]
}

// readHead goes through a head, which ends inside Body.
func readHead(text []byte) (*head, error) {
	h := &head{}
	w := newWalk(bytes.NewReader(text))
	var current *block
	mine := false // inside the Security that is for us
	for {
		e, err := w.next()
		if err != nil {
			return nil, err
		}
		switch e {
		case eventEOF:
			return nil, io.ErrUnexpectedEOF
		case eventComment, eventInstruction:
			if mine {
				return nil, refuse(Comment, "a comment or processing instruction in Security")
			}
		case eventStart:
			switch {
			case w.depth == 2 && w.is(guard.NamespaceEnvelope, "Header"):
				h.headerTag.begin, h.headerTag.end = w.begin, w.end
				if !w.empty {
					h.headerStart = w.end
				}
			case w.depth == 2 && w.is(guard.NamespaceEnvelope, "Body"):
				h.body = newBlock(w)
				h.nodes = append(h.nodes, newNode(w, Body))
				return h, nil
			case w.depth == guard.DepthChild:
				if current, mine, err = h.enter(w); err != nil {
					return nil, err
				}
			case w.depth == guard.DepthChild+1 && mine:
				h.nodes = append(h.nodes, newNode(w, partOfSecurity(w)))
			}
		case eventEnd:
			if w.depth == guard.DepthChild {
				current.end = w.end
				if mine && current.end-current.begin > maxSecurity {
					return nil, refuse(Malformed, "a Security of more than %d bytes", maxSecurity)
				}
				if current.name == "LogicalAddress" || current.name == "To" {
					h.receivers = append(h.receivers, *current)
				}
				mine = false
			}
		}
	}
}

// enter notes a header block.
func (h *head) enter(w *walk) (current *block, mine bool, err error) {
	b := newBlock(w)
	b.name = ""
	part := Header
	switch {
	case w.is(NamespaceSecurity, "Security"):
		actor, _ := w.value(guard.NamespaceEnvelope, "actor")
		if actor != "" && actor != actorNext {
			return &b, false, nil
		}
		if h.security != nil {
			return nil, false, refuse(Malformed, "a second Security for the same actor")
		}
		h.security = &b
		return h.security, true, nil
	case namesReceiver(w):
		b.name = string(w.local)
		part = Receiver
	}
	h.nodes = append(h.nodes, newNode(w, part))
	return &b, false, nil
}

func namesReceiver(w *walk) bool {
	return string(w.local) == "LogicalAddress" &&
		(w.space == guard.NamespaceRegistry || w.space == guard.NamespaceRegistry2) ||
		w.is(guard.NamespaceAddressing, "To")
}

func partOfSecurity(w *walk) Part {
	switch {
	case w.is(NamespaceUtility, "Timestamp"):
		return Timestamp
	case w.is(NamespaceSecurity, "BinarySecurityToken"):
		return Token
	}
	return ""
}

func newBlock(w *walk) block {
	b := block{begin: w.begin, tagEnd: w.end, scope: w.inScope(), name: string(w.local)}
	for i := range w.attributes {
		if a := &w.attributes[i]; a.space == NamespaceUtility && string(a.local) == "Id" {
			b.idBegin, b.idEnd = w.begin+int64(a.start), w.begin+int64(a.end)
		}
	}
	return b
}

func newNode(w *walk, part Part) node {
	n := node{part: part, begin: w.begin, space: w.space, local: string(w.local)}
	n.id, _ = w.value(NamespaceUtility, "Id")
	return n
}

// find is the one node with an id. A second is a refusal, and so is none: what a reference may mean is what stands in
// the places that Security, Header and Envelope have for it.
func (h *head) find(id string) (*node, error) {
	var found *node
	for i := range h.nodes {
		if h.nodes[i].id != id {
			continue
		}
		if found != nil {
			return nil, refuse(IDTwice, "two elements with the id of a reference")
		}
		found = &h.nodes[i]
	}
	if found == nil || found.part == "" {
		return nil, refuse(Outside, "a reference to what is neither Body, a header block, Timestamp nor the token")
	}
	return found, nil
}

// covers tells whether one of the parts is there, with the node at begin where that is not 0.
func covers(nodes []*node, part Part, begin int64) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool { return n.part == part && (begin == 0 || n.begin == begin) })
}
