package tak

import (
	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// newProblem is a problem of the whole file, without a line.
func newProblem(code string, values ...string) *catalogue.FileProblem {
	return problemAt(0, code, values...)
}

func problemAt(line int, code string, values ...string) *catalogue.FileProblem {
	return &catalogue.FileProblem{Fact: routing.NewFact(code, values...), Line: line}
}

// Problems that are compared by errors.Is.
var (
	errTooLarge = newProblem("too-large") // what a bounded reader returns instead of the byte above its limit
	errCharset  = newProblem("charset")
	errNothing  = newProblem("orders-nothing")
	errNoNumber = newProblem("version-no-number")
)
