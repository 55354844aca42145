package upkeep

import (
	"context"
	"time"

	"rivgate/relay"
)

// Indexer makes the index in which units are found as soon as there is a catalogue, and anew when its units change: of
// 100 000 units that takes longer than a citizen who searches should wait.
type Indexer struct{ Relay *relay.Relay }

// indexEvery is how often an Indexer looks whether the catalogue is another.
const indexEvery = time.Second

// Run goes on until ctx ends.
func (x *Indexer) Run(ctx context.Context) error {
	tick := time.NewTicker(indexEvery)
	defer tick.Stop()
	for {
		x.Relay.IndexUnits()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
