package catalogues

import (
	"fmt"
	"maps"

	"rivgate/routing"
)

// Refusal is a verb on the catalogue that cannot be done as things are. The fact says why, and its words what
// to do.
type Refusal struct{ routing.Fact }

func (e *Refusal) Error() string { return e.Words(refusals) }

// Refuse is a refusal of a code with its values, in the order of the words of the code.
func Refuse(code string, values ...any) error {
	refused := &Refusal{routing.Fact{Code: code}}
	for _, v := range values {
		refused.Values = append(refused.Values, fmt.Sprint(v))
	}
	return refused
}

// Refusals are the codes of a Refusal, each with its words in English.
func Refusals() map[string]string { return maps.Clone(refusals) }

var refusals = map[string]string{
	"nothing-changed":   "nothing is changed: the rows are as the edits want them already",
	"draft-latest":      "the draft builds on the latest version already",
	"draft-none":        "there is no draft to discard",
	"edit-nobody":       "say who does it",
	"accept-no-reason":  "say who accepts and why: both are mandatory",
	"publish-no-reason": "say why it is published: a reason is mandatory",
	"publish-nothing":   "there is nothing to publish: edit or import first",
	"publish-behind": "the draft builds on version {1}, and version {2} was published since: rebase the draft, or " +
		"discard it",
	"publish-same":       "there is nothing to publish: the draft says what version {1} says",
	"takeover-later":     "cases are taken over when a version comes into force at once: publish it without a time",
	"takeover-unknown":   "{1} does not become {2}: name a region's patient board before and after",
	"takeover-way":       "{2} has another way for its cases than {1}: move the route first, or leave the cases there",
	"takeover-leaving":   "an answer of {1} is about to leave: try again in a minute",
	"takeover-diary":     "{1} and {2} share a case or a registration number: mend that first, or leave the cases there",
	"rollback-no-reason": "say who rolls back and why: both are mandatory",
	"rollback-same":      "version {1} says what is in force already",
	"cancel-no-reason":   "say who cancels and why: both are mandatory",
	"version-cancelled":  "version {1} is cancelled already",
	"version-in-force":   "version {1} is in force since {2}: roll back instead",
	"version-below":      "version {1} builds on version {2}: cancel that one first",
	"version-scheduled":  "version {1} is scheduled for {2}: cancel it first, or choose that time or a later one",
}
