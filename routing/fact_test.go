package routing_test

import (
	"testing"

	"rivgate/routing"
)

func TestAFactIsSaidByATable(t *testing.T) {
	table := map[string]string{"met": "{2} met {1}, and {2} left", "alone": "nobody came"}
	for _, c := range []struct {
		fact routing.Fact
		want string
	}{
		{routing.NewFact("met", "a", "b"), "b met a, and b left"},
		{routing.NewFact("met", "{2}", "b"), "b met {2}, and b left"},
		{routing.NewFact("alone"), "nobody came"},
		{routing.NewFact("other", "a"), ""},
		{routing.Fact{}, ""},
	} {
		if got := c.fact.Words(table); got != c.want {
			t.Errorf("%+v is said as %q, not %q", c.fact, got, c.want)
		}
	}
}
