package relay

import (
	"sync"

	"go.uber.org/zap"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// maxLetterCases bounds what is remembered and logged of namespaces in other letter cases: a caller could write one
// in any number of ways.
const maxLetterCases = 1000

// loggedLetterCases are the pairs of a caller's spelling of a contract and the catalogue's that the log has. The zero
// value is ready.
type loggedLetterCases struct {
	mu     sync.Mutex
	logged map[[2]string]bool
}

// add tells whether a pair is new, and remembers it.
func (s *loggedLetterCases) add(pair [2]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logged[pair] || len(s.logged) >= maxLetterCases {
		return false
	}
	if s.logged == nil {
		s.logged = map[[2]string]bool{}
	}
	s.logged[pair] = true
	return true
}

// logLetterCase warns once for each pair that a call names a contract in another letter case than the catalogue. It
// works all the same.
func (r *Relay) logLetterCase(contract string) {
	spelled, known := r.Table().NameInCatalogue(contract)
	if !known || spelled == contract || !r.letterCases.add([2]string{contract, spelled}) {
		return
	}
	r.Log.Warn("a contract is spelled in another letter case than in the catalogue",
		callerText("labels.servicecontract_namespace", identity.Hide(routing.Shorten(contract))),
		zap.String("catalogue", spelled))
}
