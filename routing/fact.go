package routing

import (
	"strconv"
	"strings"
)

// Fact is something that is so, as a code with values: a refusal, a problem, a step of history. It is what arises and
// what is stored; the words for it stand in tables, one for each language. Codes are stable: pages and scripts may
// rely on them.
type Fact struct {
	Code   string   `json:"code"`
	Values []string `json:"values,omitempty"`
}

// NewFact is a fact with its values, in the order in which tables number them.
func NewFact(code string, values ...string) Fact { return Fact{Code: code, Values: values} }

// IsZero tells whether there is no fact.
func (f Fact) IsZero() bool { return f.Code == "" }

// Words are the words of a fact by a table of its language, in which {1} stands for the first value; "" for a code
// that the table does not have.
func (f Fact) Words(table map[string]string) string {
	words := table[f.Code]
	if len(f.Values) == 0 || !strings.Contains(words, "{") {
		return words
	}
	pairs := make([]string, 0, 2*len(f.Values))
	for i, v := range f.Values {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(words)
}
