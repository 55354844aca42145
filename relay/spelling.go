package relay

import (
	"sync"

	"go.uber.org/zap"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// mostSpellings bounds what is remembered, and told, of namespaces in other letter cases: a caller could write one in any number of ways.
const mostSpellings = 1000

// spellings are the pairs of a caller's spelling of a contract and the catalogue's that the log has. The zero value is ready.
type spellings struct {
	mu   sync.Mutex
	told map[[2]string]bool
}

// first tells whether a pair was not told before, and remembers it.
func (s *spellings) first(pair [2]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[pair] || len(s.told) >= mostSpellings {
		return false
	}
	if s.told == nil {
		s.told = map[[2]string]bool{}
	}
	s.told[pair] = true
	return true
}

// compareSpelling warns once for each pair that a call names a contract in another letter case than the catalogue. It works all the same.
func (r *Relay) compareSpelling(contract string) {
	spelled, known := r.Table().Spelling(contract)
	if !known || spelled == contract || !r.spellings.first([2]string{contract, spelled}) {
		return
	}
	r.Log.Warn("a contract is spelled in another letter case than in the catalogue", text("labels.servicecontract_namespace", identity.Hide(routing.Echo(contract))),
		zap.String("catalogue", spelled))
}
