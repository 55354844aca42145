package queue

import (
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store"
)

// What waits says why, and never that it is next at a time that is past: a paused receiver, and one that is down and
// when it is asked again.
func TestWhatWaitsSaysWhy(t *testing.T) {
	past := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for state, row := range map[string]store.DeliveryRow{
		"due (paused) ": {
			State: store.DeliveryDue, Next: &past, Paused: true, Down: &store.Outage{Since: past, Asked: past},
		},
		"due (receiver down) ": {
			State: store.DeliveryDue, Next: &past, Down: &store.Outage{Since: past, Asked: past.Add(30 * time.Minute)},
		},
	} {
		var out strings.Builder
		if err := deliveryTable([]store.DeliveryRow{row}).Print(&out); err != nil {
			t.Fatal(err)
		}
		asked := strings.Contains(out.String(), "by "+cli.Cell(past.Add(31*time.Minute)))
		if !strings.Contains(out.String(), state) || strings.Contains(out.String(), cli.Cell(past)) || asked == row.Paused {
			t.Errorf("%s:\n%s", state, out.String())
		}
	}
}
