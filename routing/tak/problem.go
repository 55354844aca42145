package tak

import (
	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// newProblem is a problem of a file as a whole.
func newProblem(code string, values ...string) *catalogue.FileProblem {
	return problemAt(0, code, values...)
}

func problemAt(line int, code string, values ...string) *catalogue.FileProblem {
	return &catalogue.FileProblem{Fact: routing.NewFact(code, values...), Line: line}
}

// Problems that are compared by errors.Is.
var (
	errTooLarge = newProblem("too-large") // what a bounded reader gives in place of the byte that is too much
	errCharset  = newProblem("charset")
	errNothing  = newProblem("orders-nothing")
	errNoNumber = newProblem("version-no-number")
)
